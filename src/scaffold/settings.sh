# shellcheck shell=sh disable=SC2034
# The assignment, in the folder assignment/.
assignment=@ASSIGNMENT@

# Has the assignment a rule for late work? (yes or no)
late=@LATE@

# May programs be performed where there is no sandbox? Results say so then; README.md says what
# else that means. (yes or no)
without_sandbox=@WITHOUT_SANDBOX@

# Packages of Debian or Ubuntu that building or performing what is handed in needs, beyond a C
# compiler and make: packages='python3 g++'
packages=

# Where procenario's source is: the address of a Git repository, or a folder beside this file. Used
# where the program 'procenario' of this folder does not run, as its libraries have other versions.
procenario_source=
