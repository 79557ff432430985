#!/usr/bin/env bash
# Two programs that aren't ours read what Troupe sends: olad (a lighting server) takes Art-Net and sACN and gives
# back all 512 slots, and tshark takes the packets apart.
#   olad_and_tshark.sh TROUPE
# Two namespaces, joined by a cable: in this one olad at 10.99.0.1, in the other Troupe at 10.99.0.2. Nothing
# can leave them, and they end with this script. Exit code 77: left out, with the reason on stdout.
set -euo pipefail

troupe=$(realpath "$1")
here=$(realpath "$0")
skip() { echo "left out: $*"; exit 77; }

if [[ -z "${OUTSIDE_SEALED:-}" ]]; then
  for program in olad ola_patch tshark ip unshare nsenter setpriv curl; do
    command -v "$program" >/dev/null || skip "$program isn't installed (script/bootstrap --test)"
  done
  [[ $(id -u) -eq 0 ]] || skip "network namespaces and olad's own user need root"
  unshare --net --pid --fork --mount-proc true 2>/dev/null || skip "this system permits no network namespaces"
  OUTSIDE_SEALED=1 exec unshare --net --pid --fork --mount-proc --kill-child "$here" "$troupe"
fi

work=$(mktemp -d -t troupe-outside.XXXXXX)
chmod 755 "$work"
failures=0
trap 'rm -rf "$work"' EXIT
pass() { echo "ok    $*"; }
fail() { echo "FAIL  $*"; failures=$((failures + 1)); }
# want WHAT CONDITION...
want() { local what=$1; shift; if "$@"; then pass "$what"; else fail "$what"; fi; }
wait_until() { # SECONDS COMMAND...
  local left=$(($1 * 10)); shift
  until "$@" >/dev/null 2>&1; do ((left-- > 0)) || return 1; sleep 0.1; done
}

# -- the network ----------------------------------------------------------------------------------------------
unshare --net sleep 600 & other=$!
inside() { nsenter --target "$other" --net "$@"; }
wait_until 5 bash -c "[[ \$(readlink /proc/$other/ns/net) != \$(readlink /proc/self/ns/net) ]]"
ip link set lo up
ip link add v0 type veth peer name v1 2>/dev/null || skip "this kernel has no veth"
ip link set v1 netns "$other"
ip addr add 10.99.0.1/24 brd + dev v0
ip link set v0 up
inside ip link set lo up
inside ip addr add 10.99.0.2/24 brd + dev v1
# The capture is to see packets as they are on a wire, not runs that a network card would have cut up.
inside ip link set v1 gso_max_segs 1
inside ip link set v1 up
echo 1024 >/proc/sys/net/ipv4/igmp_max_memberships 2>/dev/null || true

# -- olad -----------------------------------------------------------------------------------------------------
mkdir "$work/olad"
for plugin in dmx4linux dummy espnet ftdidmx gpio karate kinet milinst nanoleaf opendmx openpixelcontrol osc \
  pathport renard sandnet shownet spi stageprofi uartdmx usbdmx usbserial usbpro; do
  echo 'enabled = false' >"$work/olad/ola-$plugin.conf"
done
printf '%s\n' 'enabled = true' 'ip = 10.99.0.1' 'net = 0' 'subnet = 0' 'output_ports = 4' 'short_name = outside' \
  'long_name = the outside' >"$work/olad/ola-artnet.conf"
printf '%s\n' 'enabled = true' 'ip = 10.99.0.1' 'input_ports = 4' 'output_ports = 1' >"$work/olad/ola-e131.conf"
chown -R olad "$work/olad"
setpriv --reuid olad --regid nogroup --clear-groups olad -c "$work/olad" -i 127.0.0.1 -p 9090 -r 9010 \
  --no-register-with-dns-sd --no-use-async-libusb -l 3 >"$work/olad.log" 2>&1 &
wait_until 15 bash -c "ola_dev_info 2>/dev/null | grep -q E1.31" || { cat "$work/olad.log"; fail "olad starts"; exit 1; }
ola_dev_info >"$work/devices"
art_device=$(sed -n 's/^Device \([0-9]*\): ArtNet.*/\1/p' "$work/devices")
sacn_device=$(sed -n 's/^Device \([0-9]*\): E1.31.*/\1/p' "$work/devices")
for universe in 0 1 2; do ola_patch -d "$art_device" -p "$universe" -i -u "$universe"; done
ola_patch -d "$sacn_device" -p 0 -i -u 101
ola_patch -d "$sacn_device" -p 1 -i -u 102

# -- Troupe: universes of which each slot is known, all sent in each tick -----------------------------------------
universes=96
mkdir -p "$work/data/plain"
for model in 0 1 2 3; do
  echo "- id: m$model"
  echo "  brand: outside"
  echo "  model: m$model"
  printf '  channels: {'
  for ((i = 0; i < 512; ++i)); do printf '%sc%d: %d' "$([[ $i == 0 ]] || echo ', ')" "$i" $((i + 1)); done
  printf '}\n  defaults: {'
  for ((i = 0; i < 512; ++i)); do printf '%sc%d: %d' "$([[ $i == 0 ]] || echo ', ')" "$i" "$(((model * 37 + i * 7) % 256))"; done
  printf '}\n  revision: 1\n'
done >"$work/data/fixture-models.yaml"
for ((u = 0; u < universes; ++u)); do
  printf -- '- {id: f%d, name: f%d, modelId: m%d, universe: %d, startChannel: 1, revision: 1}\n' $u $u $((u % 4)) $u
done >"$work/data/plain/fixtures.yaml"
cat >"$work/troupe.yaml" <<YAML
http: {host: 127.0.0.1, port: 3001}
ticker: {hz: 40}
data: $work/data
show: plain
artnet:
  outputs:
    # olad is found by this one,
    - {discovery: true, pollTo: 10.99.0.255, constantRate: true}
    # and this one is only seen by tshark: nobody listens there.
    - {destination: "10.99.0.1:6460", constantRate: true, sync: true, pacing: 0.5, burst: 8}
sacn:
  enabled: true
  outputs:
    - destination: multicast
      interface: 10.99.0.2
      firstUniverse: 101
      priorities: [{universe: 101, channel: 1, lastChannel: 12, priority: 150}]
YAML
inside "$troupe" serve --config "$work/troupe.yaml" >"$work/troupe.out" 2>"$work/troupe.log" & server=$!
api() { inside curl -sf --max-time 5 "http://127.0.0.1:3001/api/$1"; }
wait_until 20 api health || { cat "$work/troupe.log"; fail "Troupe starts"; exit 1; }
wait_until 10 bash -c "$(declare -f inside api); other=$other; api outputs | grep -q 'the outside'" ||
  fail "olad is found as a node"

# -- what olad has ------------------------------------------------------------------------------------------------
expected() { # UNIVERSE
  local all=(); for ((i = 0; i < 512; ++i)); do all+=("$((($1 % 4 * 37 + i * 7) % 256))"); done
  (IFS=,; echo "${all[*]}")
}
slots() { curl -sf "http://127.0.0.1:9090/get_dmx?u=$1" | tr -d ' \n' | sed 's/.*"dmx":\[\([^]]*\)\].*/\1/'; }
has() { [[ $(slots "$1") == "$2" ]]; }
for universe in 0 1 2; do
  want "olad has all 512 slots of Art-Net universe $universe" wait_until 6 has "$universe" "$(expected "$universe")"
done
for universe in 101 102; do
  want "olad has all 512 slots of sACN universe $universe" wait_until 6 has "$universe" "$(expected $((universe - 101)))"
done
api outputs >"$work/outputs.json"
want "GET /api/outputs tells olad's address" grep -q '"address":"10.99.0.1:6454"' "$work/outputs.json"
want "a closed port is counted, and is no problem" \
  bash -c "grep -q '\"refused\":[1-9]' '$work/outputs.json' && ! grep -q degraded '$work/outputs.json'"

# -- what tshark sees ------------------------------------------------------------------------------------------------
capture="$work/seen.pcapng"
tshark -i v0 -f 'udp' -a duration:4 -q -w "$capture" >/dev/null 2>&1 || true
kill -TERM "$server" && wait "$server" || true
dissect() { tshark -r "$capture" -d udp.port==6460,artnet --enable-heuristic acn -o acn.dmx_enable:TRUE "$@" 2>/dev/null; }

want "tshark finds no malformed packet" test "$(dissect -Y '_ws.malformed' | wc -l)" -eq 0
want "olad is sent only what it has" test "$(dissect -Y 'udp.dstport==6454 && ip.dst==10.99.0.1 && artnet.header.opcode==0x5000' \
  -T fields -e artnet.output.universe | sort -un | awk '$1 > 3' | wc -l)" -eq 0
want "polls go to the broadcast address, every 2.5 s" test "$(dissect -Y 'ip.dst==10.99.0.255 && artnet.header.opcode==0x2000' | wc -l)" -ge 1
want "sACN has its levels" test "$(dissect -Y 'acn.dmx.universe==101 && udp.payload[125:1]==00' | wc -l)" -ge 4
want "sACN has priorities by slot" test "$(dissect -Y 'udp.dstport==5568 && udp.payload[125:1]==dd' | wc -l)" -ge 3

dissect -Y 'udp.dstport==6460' -T fields -e frame.time_epoch -e artnet.header.opcode -e artnet.output.universe \
  -e artnet.output.sequence >"$work/paced"
# Frames lie between two ArtSync; the first and the last one may be cut by the capture.
awk -v universes="$universes" -v work="$work" '
  function number(text) { return text ~ /^0x/ ? strtonum_hex(text) : text + 0 }
  function strtonum_hex(text,   i, n) {
    n = 0; text = tolower(substr(text, 3))
    for (i = 1; i <= length(text); ++i) n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n
  }
  number($2) == 20992 { # ArtSync
    if (syncs++ > 0) {
      ++frames
      if (packets != universes) ++incomplete
      if (last - first < 0.25 * 0.5 * 0.025) ++bursts
    }
    packets = 0
    next
  }
  number($2) == 20480 { # ArtDmx
    if (packets++ == 0) first = $1
    last = $1
    sequence = number($4)
    if ($3 in before) { wanted = before[$3] == 255 ? 1 : before[$3] + 1; if (sequence != wanted) ++gaps }
    if (sequence == 0) ++gaps
    before[$3] = sequence
  }
  END { print frames + 0, incomplete + 0, bursts + 0, gaps + 0 }' "$work/paced" >"$work/sums"
read -r frames incomplete bursts gaps <"$work/sums"
echo "      $frames frames, $incomplete incomplete, $bursts as one burst, $gaps gaps in sequences"
want "ArtSync comes after the last ArtDmx of a frame" test "$frames" -ge 20 -a "$((incomplete * 20))" -le "$frames"
want "the packets of a frame are spread" test "$((bursts * 10))" -le "$frames"
want "sequence numbers have no gap" test "$gaps" -eq 0

[[ $failures -eq 0 ]] || { tail -20 "$work/troupe.log"; cat "$work/outputs.json"; exit 1; }
