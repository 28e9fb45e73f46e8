#!/usr/bin/env python3
"""A client program for schism: registers in Redis, over a plain socket (docs/stdio-client.md)."""
import json, socket, sys

CAS = "local v = redis.call('GET', KEYS[1]) if v == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end return v"

def command(*words):
    parts = [str(word).encode() for word in words]
    wire.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
    wire.flush()
    line = wire.readline()
    if not line: raise OSError("the connection is closed")
    if line[:1] == b"-": raise ValueError(line[1:].decode().strip())
    if line[:1] != b"$": return line[1:].decode().strip()
    return None if line == b"$-1\r\n" else wire.read(int(line[1:]) + 2)[:-2].decode()

def perform(f, key, value):
    if f == "read":
        found = command("GET", key)
        return {"type": "ok", "value": None if found is None else int(found)}
    if f == "write":
        return {"type": "ok", "value": command("SET", key, value) and value}
    saw = command("EVAL", CAS, 1, key, *value)
    return {"type": "ok"} if saw == str(value[0]) else {"type": "fail", "saw": saw and int(saw)}

for line in sys.stdin:
    request = json.loads(line)
    try:
        if request.get("type") == "init":
            node = request["node"]
            wire = socket.create_connection((node["host"], node["port"]), request["timeout_ms"] / 1000).makefile("rwb")
            answer = {"type": "init_ok"}
        else:
            answer = {"id": request["id"], **perform(request["f"], request.get("key"), request["value"])}
    except (OSError, ValueError) as error:
        # Nobody knows whether it happened.
        answer = {"id": request.get("id"), "type": "info", "error": str(error)}
        if "id" not in request: answer = {"type": "init_error", "error": str(error)}
    print(json.dumps(answer), flush=True)
