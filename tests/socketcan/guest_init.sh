# The first process of the guest (see guest.sh, which puts $busybox, $control, $modules_folder, $modules before).
# The host's root is mounted read-only; an overlay in the guest's memory makes it look writable.

$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
[ -c /dev/null ] || $busybox mount -t devtmpfs dev /dev

load() {  # one module, those it needs first
  for file in $($busybox sed -n "s#^\(.*/$1\.ko\): *\(.*\)#\2 \1#p" "$modules_folder/modules.dep"); do
    name=$($busybox basename "$file" .ko | $busybox tr - _)
    [ -e "/sys/module/$name" ] || $busybox insmod "$modules_folder/$file"
  done
}
for module in $modules; do load "$module"; done

$busybox mount -t tmpfs -o size=90%,mode=755 tmpfs /run
$busybox mkdir /run/upper /run/work /run/root
root=/run/root
$busybox mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work overlay $root
$busybox mount -t proc proc $root/proc
$busybox mount -t sysfs sys $root/sys
$busybox mount -t devtmpfs dev $root/dev
$busybox mkdir -p $root/dev/shm $root/dev/pts
$busybox mount -t tmpfs shm $root/dev/shm
$busybox mount -t devpts -o ptmxmode=666 devpts $root/dev/pts
$busybox mount -t tmpfs run $root/run
for link in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do
  $busybox ln -sfn "/proc/self/${link#*:}" "$root/dev/${link%%:*}"
done
$busybox mkdir $root/run/control
$busybox mount -t hostfs -o "$control" none $root/run/control

$busybox hostname guest
$busybox ip link set lo up
$busybox ip link set lo multicast on
$busybox ip route add 224.0.0.0/4 dev lo
for number in 0 1 2 3; do  # (busybox's own `ip` knows no CAN)
  $busybox chroot $root ip link add "vcan$number" type vcan
  $busybox chroot $root ip link set "vcan$number" mtu 72 up
done

for tty in /dev/tty1 /dev/tty2; do $busybox stty -F $tty raw -echo; done
$busybox mkfifo $root/run/out $root/run/err  # the command writes to pipes: no terminal for it to colour
$busybox cat $root/run/out > /dev/tty1 &
$busybox cat $root/run/err > /dev/tty2 &
$busybox chroot $root /bin/bash /run/control/command < /dev/null > $root/run/out 2> $root/run/err
code=$?
wait
echo $code > $root/run/control/code
$busybox sync
$busybox poweroff -f
