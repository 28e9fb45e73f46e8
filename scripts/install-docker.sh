#!/bin/bash
# Gets a Debian machine a running Docker engine and what schism needs beside it, from Debian's own
# packages. Does only what is missing, so it may be run at any time; prints one line a step.
set -euo pipefail

packages=(docker.io debootstrap iptables nftables iproute2 ca-certificates)
log=/var/log/dockerd.log
deadline_s=60
dockerd_pid=

say() { printf 'install-docker: %s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

# Without the docker command: it may be missing where only the engine is installed.
engine_answers() {
  local socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
  [[ $socket == unix://* ]] || fail "DOCKER_HOST is $socket: only a local engine is installed here"
  perl -MIO::Socket::UNIX -e '
    my $engine = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
    print $engine "GET /_ping HTTP/1.0\r\n\r\n";
    exit(<$engine> =~ / 200 / ? 0 : 1)' "${socket#unix://}" 2>/dev/null
}

cgroup_is_mounted() { grep -qE '^\S+ /sys/fs/cgroup(/\S*)? cgroup2? ' /proc/mounts; }

is_installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

install_missing() {
  cgroup_is_mounted || packages+=(cgroupfs-mount)
  local missing=() package
  for package in "${packages[@]}"; do
    # Another vendor's engine is as good as Debian's, and the two cannot be installed together.
    [[ $package == docker.io ]] && { engine_answers || command -v dockerd >/dev/null; } && continue
    is_installed "$package" || missing+=("$package")
  done
  if ((${#missing[@]} == 0)); then
    say 'all packages are installed'
    return
  fi
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || fail 'apt-get update failed: see the lines above'
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail 'apt-get install failed: see the lines above'
}

start_engine() {
  if [[ -d /run/systemd/system ]]; then
    say 'starting docker with systemd'
    systemctl start docker
    return
  fi
  if ! cgroup_is_mounted; then
    say 'mounting the control groups'
    cgroupfs-mount
  fi
  # The package's own init script may have started it already.
  local pid
  if pid=$(cat /var/run/docker.pid 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then
    say 'dockerd is starting'
    return
  fi
  say "starting dockerd, log in $log"
  # A session of its own, or it would end with the terminal that started it.
  setsid dockerd >>"$log" 2>&1 </dev/null &
  dockerd_pid=$!
}

await_engine() {
  local waited
  for ((waited = 0; waited < deadline_s * 10; waited++)); do
    engine_answers && return
    [[ -z $dockerd_pid ]] || kill -0 "$dockerd_pid" 2>/dev/null || break
    sleep 0.1
  done
  [[ -f $log ]] && tail -n 5 "$log" >&2
  fail "no engine answers: dockerd ended or took more than $deadline_s s"
}

[[ $(id -u) == 0 ]] || fail 'run as root: it installs packages and starts dockerd'
command -v apt-get >/dev/null || fail 'no apt-get here: install a Docker engine by your own means'
install_missing
if engine_answers; then
  say 'the engine already answers'
else
  start_engine
  await_engine
  say 'the engine answers'
fi
