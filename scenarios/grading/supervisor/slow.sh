# A worker that is asked to stop needs a second to put everything in its place.
trap 'kill $!; sleep 1; exit 0' TERM
sleep 100 &
wait
