"""Passes an open device to another process over a socket: passing.py give SOCKET DEVICE | passing.py take SOCKET."""

import os
import signal
import socket
import sys

what, address = sys.argv[1:3]
if what == "give":
    device = os.open(sys.argv[3], os.O_RDWR)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"x"], [device])
        connection.recv(1)
    print("given")
else:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        os.chmod(address, 0o666)
        listening.listen()
        connection, _ = listening.accept()
        _, (device,), _, _ = socket.recv_fds(connection, 1, 1)
        os.unlink(address)
        connection.send(b"x")
    # Neither the loss of its terminal nor a polite request ends it.
    for ignored in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    print(f"taken {os.getpid()}", flush=True)
    while True:
        signal.pause()
