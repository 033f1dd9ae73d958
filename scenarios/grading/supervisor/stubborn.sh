# A worker that does not listen to SIGTERM.
trap '' TERM
exec sleep 100
