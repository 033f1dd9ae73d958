#!/usr/bin/env bats
# A performed program talks to one that is not of the run: it waits for it in real time, is not called
# deadlocked, and the trace says that the run is not reproducible.

bats_require_minimum_version 1.8.0

top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
: "${PROCENARIO:=${BUILD:-$top/build}/procenario}"

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    cat >server.py <<'PY'
import socket, time
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print(server.getsockname()[1], flush=True)
connection, _ = server.accept()
connection.recv(16)
connection.sendall(b"hello")
connection.close()
PY
    mkfifo announced
    /usr/bin/python3 server.py >announced 3>&- &
    server=$!
    read -r port <announced
}

teardown() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
}

talks() { # how the client waits, as Python
    cat >client.py <<PY
import asyncio, select, socket
c = socket.create_connection(("127.0.0.1", $port))
c.sendall(b"hi")
$1
print(c.recv(16).decode())
PY
    "$PROCENARIO" run --quiet --trace trace.json -- /usr/bin/python3 client.py 3>&-
    grep -q '"text": "hello\\n"' trace.json
    grep -q '"deterministic": false, "reasons": \["main uses the network"\]' trace.json
}

@test "a read from a socket waits for a peer outside the run" { talks pass; }

@test "select waits for a peer outside the run" { talks 'select.select([c], [], [])'; }

@test "poll waits for a peer outside the run" {
    talks 'p = select.poll(); p.register(c, select.POLLIN); p.poll()'
}

@test "epoll waits for a peer outside the run" {
    talks 'e = select.epoll(); e.register(c, select.EPOLLIN); e.poll()'
}
