#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: [AS=patient|accueil|medecin|administrateur] demo.sh BUILD
#
# A demo region on loopback and the client in this terminal; without a terminal
# the journey is played and printed. The region is made once, in BUILD/demo/region,
# and each run works on a copy of it, so that a second run starts at once and finds
# the temporary password unused. Everything stops with the client.
set -eu

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
region=$build/demo/region
run=$build/demo/run
server=

say()
{
	printf '%s\n' "$*" >&2
}

stop()
{
	if [ -n "$server" ]; then
		kill "$server" 2> /dev/null || true
		wait "$server" 2> /dev/null || true
		server=
	fi
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

# start DIRECTORY: the server on a free port of loopback; sets $server and $port
start()
{
	rm -f "$1/ready"
	mkfifo "$1/ready"
	"$build/emaged" -c "$1/emaged.conf" -d "$1" > "$1/ready" 2> "$1/emaged.log" &
	server=$!
	if ! read -r _ _ address < "$1/ready"; then
		say "emaged did not start:"
		cat "$1/emaged.log" >&2
		server=
		exit 1
	fi
	port=${address##*:}
}

ctl()
{
	"$build/emagectl" "$@"
}

# patient IPP ARGUMENT...: an account; its credentials go to patient-IPP
patient()
{
	ipp=$1
	shift
	ctl patient add -d "$making" --ipp "$ipp" --ipp-authority EMAGE-DEMO --operator démonstration "$@" |
	    sed -n 's/^[a-z ]*:  *//p' | head -n 2 > "$making/patient-$ipp"
}

# staff WHO ARGUMENT...: an account; its credentials go to staff-WHO
staff()
{
	who=$1
	shift
	ctl staff add -d "$making" "$@" |
	    sed -n 's/^\(identifier\|temporary password\):  *//p' > "$making/staff-$who"
}

make_region()
{
	say "making the demo region (once) ..."
	making=$build/demo/making
	rm -rf "$making" "$build/demo/studies"
	mkdir -p "$build/demo"
	/usr/bin/python3 "$here/make_studies.py" "$build/demo/studies" >&2
	ctl init -d "$making" --set listen.port=0 --set region.name=Alsace > /dev/null
	start "$making"
	while IFS=: read -r finess name; do
		ctl establishment add -d "$making" --finess "$finess" --name "$name" > /dev/null
	done <<-EOF
		679900019:CHRU de Strasbourg
		579900010:CH Fictif de Metz
		679900027:Clinique de l'Exemple
		519900013:Cabinet de radiologie du Test
	EOF
	patient DEMO-0001 --civility Madame --given-name Camille --name MARTIN-EXEMPLE \
	    --birth-date 1953-04-17 --sex F --email camille@exemple.example --mobile +33600000042
	patient DEMO-0002 --civility Monsieur --given-name Paul --name FICTIF \
	    --birth-date 1985-07-02 --sex M --email paul@exemple.example
	patient DEMO-0003 --civility Madame --given-name Léa-Noëlle --name ÉCHANTILLON \
	    --birth-date 1990-03-21 --sex F --email lea@exemple.example
	ctl import dicom -d "$making" --finess 679900019 "$build/demo/studies" > "$making/import.log" || {
		tail -n 20 "$making/import.log" >&2
		exit 1
	}
	tail -n 1 "$making/import.log" >&2
	# who has opened the exams, and who might be blocked
	/usr/bin/python3 "$here/make_directory.py" "$build/demo/directory"
	ctl import rpps -d "$making" --all-departments "$build/demo/directory/rpps.txt" >&2
	ctl import accesses -d "$making" "$build/demo/directory/accesses.csv" >&2
	# who works with it: an establishment, somebody of the directory, an administrator
	staff accueil --role reception --name ACCUEIL --given-name Line --establishment 1 \
	    --email line@exemple.example
	rpps=$(cut -d '|' -f 2 "$build/demo/directory/rpps.txt" | grep -m 1 '^[0-9]\{11\}$')
	staff medecin --role professional --name EXEMPLE --given-name Alix --rpps "$rpps" \
	    --email alix@exemple.example
	staff administrateur --role admin --name ADMIN --given-name Ada --email ada@exemple.example
	stop
	rm -rf "$build/demo/studies" "$build/demo/directory" "$region"
	mv "$making" "$region"
}

# Images are never changed, so a copy may share them.
copy_region()
{
	rm -rf "$run"
	mkdir -p -m 700 "$run"
	tar -C "$region" --exclude=./media --exclude=./ready --exclude=./emaged.sock -cf - . |
	    tar -C "$run" -xpf -
	cp -al "$region/media" "$run/media"
	mkdir -p "$run/mail/new" "$run/mail/cur" "$run/mail/tmp"
}

if [ ! -d "$region" ] || [ "$region" -ot "$here/exams.txt" ] || [ "$region" -ot "$build/emaged" ]; then
	make_region
fi
copy_region
start "$run"
set -- "$build/emage" -s "127.0.0.1:$port" --ca "$run/tls/ca.pem"
case ${AS:-patient} in
patient)
	credentials=$run/patient-DEMO-0001
	;;
accueil | medecin | administrateur)
	credentials=$run/staff-$AS
	mkdir -m 700 "$run/lettres"
	printf '[staff]\nletters = %s\n' "$run/lettres" > "$run/emage.conf"
	set -- "$@" --staff --config "$run/emage.conf"
	;;
*)
	say "AS=$AS: patient, accueil, medecin or administrateur"
	exit 1
	;;
esac
if [ -t 0 ] && [ -t 1 ]; then
	hint=" Identifiant : $(sed -n 1p "$credentials")   Mot de passe temporaire : $(sed -n 2p "$credentials")"
	"$build/demo-strip" "$run/mail" "$hint" "$@" || exit $?
elif [ "${AS:-patient}" != patient ]; then
	say "AS=$AS needs a terminal: without one the patient's journey is played"
	exit 1
else
	"$build/demo-play" "$run/mail" "$credentials" "$@" --graphics=plain
fi
