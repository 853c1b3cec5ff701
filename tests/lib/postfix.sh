#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: postfix.sh PACKAGES FOLDER PORT
#
# A Postfix of a test, as root: on PORT of 127.0.0.1 and [::1], STARTTLS demanded with
# FOLDER/relay.pem, mail for example.org delivered to the Maildir
# FOLDER/box/Maildir, any other refused. Nothing outside of FOLDER is written. PACKAGES is where Debian's
# package lies unpacked; its users are some that every Debian has.
set -eu
pkg=$1
folder=$2
port=$3
cd "$folder"
mkdir -p etc queue data box/Maildir/new box/Maildir/cur box/Maildir/tmp
cat > etc/main.cf << EOF
compatibility_level = 3.6
config_directory = $folder/etc
queue_directory = $folder/queue
data_directory = $folder/data
daemon_directory = $pkg/usr/lib/postfix/sbin
shlib_directory = $pkg/usr/lib/postfix
command_directory = $pkg/usr/sbin
import_environment = LD_LIBRARY_PATH MAIL_CONFIG
export_environment = LD_LIBRARY_PATH MAIL_CONFIG
mail_owner = daemon
setgid_group = mail
default_privs = nobody
maillog_file = $folder/maillog
maillog_file_prefixes = $folder
myhostname = mail.example.org
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = $folder/box
virtual_mailbox_maps = static:Maildir/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
smtpd_relay_restrictions = reject_unauth_destination
smtpd_peername_lookup = no
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = $folder/relay.pem
smtpd_tls_key_file = $folder/relay.key
EOF
cat > etc/master.cf << EOF
127.0.0.1:$port inet n - n - - smtpd
[::1]:$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
EOF
chmod 755 .
chown -R nobody box
chown daemon data
cd queue
mkdir -m 700 active bounce corrupt defer deferred flush hold incoming private saved trace
mkdir -m 730 maildrop
mkdir -m 710 public
mkdir pid
chown daemon:mail maildrop public
chown daemon active bounce corrupt defer deferred flush hold incoming private saved trace
export LD_LIBRARY_PATH="$pkg/usr/lib/postfix" MAIL_CONFIG="$folder/etc"
exec "$pkg/usr/lib/postfix/sbin/master" -d -c "$folder/etc"
