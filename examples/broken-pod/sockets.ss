LISTEN 0      511    0.0.0.0:15090 0.0.0.0:* users:(("node",pid=1,fd=23)) uid:1337 ino:739620 sk:4b cgroup:unreachable:1 <->
LISTEN 0      511    0.0.0.0:15021 0.0.0.0:* users:(("node",pid=1,fd=22)) uid:1337 ino:739619 sk:4c cgroup:unreachable:1 <->
LISTEN 0      511    0.0.0.0:15020 0.0.0.0:* users:(("node",pid=1,fd=21)) uid:1337 ino:739618 sk:4d cgroup:unreachable:1 <->
LISTEN 0      511    0.0.0.0:15001 0.0.0.0:* users:(("node",pid=1,fd=19)) uid:1337 ino:739616 sk:4e cgroup:unreachable:1 <->
LISTEN 0      511    0.0.0.0:15006 0.0.0.0:* users:(("node",pid=1,fd=20)) uid:1337 ino:739617 sk:4f cgroup:unreachable:1 <->
LISTEN 0      511    0.0.0.0:8080  0.0.0.0:* users:(("node",pid=1,fd=19)) uid:1000 ino:739613 sk:50 cgroup:unreachable:1 <->
