"""Network namespaces and credentials of single sockets, by the system calls that Python 3.11 does not wrap."""

import contextlib
import ctypes
import os
import socket

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def create():
    """Moves this process into a new network namespace and returns a descriptor of it."""
    checked(libc.unshare(CLONE_NEWNET))
    return os.open('/proc/self/ns/net', os.O_RDONLY)


@contextlib.contextmanager
def inside(namespace):
    """Everything opened inside belongs to the namespace for good; this process comes back."""
    back = os.open('/proc/self/ns/net', os.O_RDONLY)
    checked(libc.setns(namespace, CLONE_NEWNET))
    try:
        yield
    finally:
        checked(libc.setns(back, CLONE_NEWNET))
        os.close(back)


@contextlib.contextmanager
def owner(uid, gid):
    """
    Sockets opened (and accepted) inside belong to uid and gid: xt_owner and `meta skuid` look at the credentials
    the socket's file was opened with, that is fsuid and fsgid. Capabilities other than those on files stay.
    """
    libc.setfsgid(gid)
    libc.setfsuid(uid)
    try:
        yield
    finally:
        libc.setfsuid(0)
        libc.setfsgid(0)


def open_socket(uid, gid, *arguments):
    """A socket of this process's namespace that belongs to uid and gid."""
    with owner(uid, gid):
        return socket.socket(*arguments)


def set_sysctl(name, value):
    """Sets net.* of the namespace this process is in; a kernel without IPv6 or conntrack lacks some names."""
    with contextlib.suppress(FileNotFoundError):
        with open('/proc/sys/net/' + name, 'w') as file:
            file.write(value)
