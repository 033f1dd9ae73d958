# A worker that never gets far.
sleep 1
exit 3
