#!/bin/bash
# A client program for schism in bash: registers in Redis, read and write (docs/stdio-client.md).
field() { sed -nE "s/.*\"$1\":(\"([^\"]*)\"|([^,}]*)).*/\2\3/p" <<< "$line"; }
command() { # Sends one Redis command and leaves its answer in $reply.
  printf '*%d\r\n' $# >&3
  for word in "$@"; do printf '$%d\r\n%s\r\n' ${#word} "$word" >&3; done
  IFS= read -r -t "$seconds" reply <&3 || return 1
  reply=${reply%$'\r'}
  case $reply in
    '$-1') reply=null ;;
    '$'*) IFS= read -r -t "$seconds" reply <&3 || return 1; reply=${reply%$'\r'} ;;
    '-'*) return 1 ;;
  esac
}
while IFS= read -r line; do
  id=$(field id)
  case $(field type)$(field f) in
    init)
      seconds=$(($(field timeout_ms) / 1000 + 1))
      node=${line#*'"node":'}; line=${node%%\}*}
      if exec 3<>"/dev/tcp/$(field host)/$(field port)"; then echo '{"type":"init_ok"}'
      else echo '{"type":"init_error","error":"no connection"}'; fi 2>&2 ;;
    read) if command GET "$(field key)"; then echo "{\"id\":$id,\"type\":\"ok\",\"value\":$reply}"
      else echo "{\"id\":$id,\"type\":\"info\",\"error\":\"no answer\"}"; fi ;;
    write) if command SET "$(field key)" "$(field value)"; then echo "{\"id\":$id,\"type\":\"ok\"}"
      else echo "{\"id\":$id,\"type\":\"info\",\"error\":\"no answer\"}"; fi ;;
  esac
done
