/* SPDX-License-Identifier: MIT */
/*
 * Writes the files that fuzzing begins with: seeds DIRECTORY. One folder a
 * target; what real files serve for (DICOM) is put there by the make rules.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charls/charls.h>

#include "common/err.h"
#include "common/frame.h"
#include "common/mem.h"
#include "common/method.h"
#include "proto/exam.pb-c.h"
#include "proto/letter.pb-c.h"
#include "proto/session.pb-c.h"
#include "server/server.h"

static const char *seeds_directory;

static FILE *
seeds_open(const char *target, const char *name)
{
	char *path = mem_printf("%s/%s", seeds_directory, target);
	FILE *f;

	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		die("%s: %s", path, strerror(errno));
	free(path);
	path = mem_printf("%s/%s/%s", seeds_directory, target, name);
	f = fopen(path, "we");
	if (f == NULL)
		die("%s: %s", path, strerror(errno));
	free(path);
	return f;
}

static void
seeds_put(const char *target, const char *name, const void *bytes, size_t len)
{
	FILE *f = seeds_open(target, name);

	if (fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		die("%s/%s: cannot write", target, name);
}

/* A message with every field set to something. */
static ProtobufCMessage *
seeds_message(const ProtobufCMessageDescriptor *desc)
{
	static uint8_t token[32] = "0123456789abcdef0123456789abcde";
	ProtobufCMessage *msg = mem_new(desc->sizeof_message);
	unsigned i;

	protobuf_c_message_init(desc, msg);
	for (i = 0; i < desc->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &desc->fields[i];
		void *at = (char *)msg + field->offset;

		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			continue;
		if (field->type == PROTOBUF_C_TYPE_STRING)
			*(char **)at = mem_strdup("20161124");
		else if (field->type == PROTOBUF_C_TYPE_BYTES)
			*(ProtobufCBinaryData *)at =
			    (ProtobufCBinaryData){.data = token, .len = sizeof(token)};
		else if (field->type == PROTOBUF_C_TYPE_UINT32)
			*(uint32_t *)at = 1;
		else if (field->type == PROTOBUF_C_TYPE_UINT64)
			*(uint64_t *)at = 1;
		else if (field->type == PROTOBUF_C_TYPE_ENUM)
			*(int *)at = 1;
	}
	return msg;
}

static void
seeds_frames(void)
{
	unsigned i, phase;
	char name[64];

	for (i = 0; i < N_METHODS; i++) {
		const struct method *m = method_at(i);
		ProtobufCMessage *msg = seeds_message(m->request);
		uint8_t head[2] = {0, 0};
		struct buf out;

		for (phase = 0; (m->phases & 1u << phase) == 0; phase++)
			;
		head[0] = (uint8_t)phase;
		buf_init(&out, 1u << 17);
		buf_append(&out, head, sizeof(head));
		frame_append(&out, m->number, 0, i, msg);
		snprintf(name, sizeof(name), "%s", m->name);
		seeds_put("frame", name, buf_bytes(&out), out.len);
		buf_release(&out);
	}
}

static void
seeds_texts(void)
{
	static const char *const texts[] = {
	    "ÉCHO-DOPPLER DES ARTÈRES TEMPORALES",
	    "L’œil « gauche » : 1 234,5 mm…\n\tsuite",
	    "\033[31mrouge\033[0m \302\2332J \342\200\256 abc",
	    "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86 zalgo",
	    "\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80 \xff\xfe \xc0\x80 \xed\xa0\x80",
	    "camille.martin@example.org",
	    "+33612345642",
	};
	char name[16];
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		snprintf(name, sizeof(name), "%zu", i);
		seeds_put("text", name, texts[i], strlen(texts[i]));
	}
}

static void
seeds_settings(void)
{
	static const char wrong[] = "[listen]\nprot = 1\n[limits]\nframe_s = 0\n";
	struct settings st = {0};
	char err[256];
	FILE *f = seeds_open("config", "defaults.conf");

	if (config_load(settings_table, settings_table_len, "/nonexistent/emaged.conf", false, &st,
		err, sizeof(err)) != 0)
		die("%s", err);
	config_print(settings_table, settings_table_len, &st, fileno(f));
	fclose(f);
	config_release(settings_table, settings_table_len, &st);
	seeds_put("config", "wrong.conf", wrong, sizeof(wrong) - 1);
}

static void
seeds_json(void)
{
	static const char *const texts[] = {
	    "{\"from_date\": 20160101, \"sort\": \"EXAM_SORT_DESCRIPTION\", \"page\": 1}",
	    "{\"identifier\": \"AB\", \"password\": \"\\u00e9\\ud83d\\ude00\"}",
	    "{\"token\": \"AAECAwQFBgcICQ==\", \"examId\": \"18446744073709551615\"}",
	    "{\"rows\": [{\"examId\": 7, \"hasReport\": true}], \"total\": 1e0}",
	};
	char name[16], text[256];
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		for (k = 0; k < 2 * N_METHODS; k++) {
			text[0] = (char)k;
			snprintf(text + 1, sizeof(text) - 1, "%s", texts[i]);
			snprintf(name, sizeof(name), "%zu-%zu", i, k);
			seeds_put("json", name, text, 1 + strlen(text + 1));
		}
}

static void
seeds_picture(const char *name, Emage__FrameInfo *info, const void *pixels, size_t pixels_len)
{
	const bool colour = info->photometric == EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
	const charls_frame_info frame = {
	    .width = info->columns,
	    .height = info->rows,
	    .bits_per_sample = (int32_t)info->bits_stored,
	    .component_count = colour ? 3 : 1,
	};
	charls_jpegls_encoder *encoder = charls_jpegls_encoder_create();
	uint8_t bytes[16384], code[8192];
	size_t len = 0, info_len;

	if (encoder == NULL || charls_jpegls_encoder_set_frame_info(encoder, &frame) != 0 ||
	    (colour && charls_jpegls_encoder_set_interleave_mode(
			   encoder, CHARLS_INTERLEAVE_MODE_SAMPLE) != 0) ||
	    charls_jpegls_encoder_set_destination_buffer(encoder, code, sizeof(code)) != 0 ||
	    charls_jpegls_encoder_encode_from_buffer(encoder, pixels, pixels_len, 0) != 0 ||
	    charls_jpegls_encoder_get_bytes_written(encoder, &len) != 0)
		die("seeds: CharLS");
	charls_jpegls_encoder_destroy(encoder);
	info->total_bytes = (uint32_t)len;
	info_len = emage__frame_info__pack(info, bytes + 2);
	bytes[0] = (uint8_t)(info_len >> 8);
	bytes[1] = (uint8_t)info_len;
	memcpy(bytes + 2 + info_len, code, len);
	seeds_put("picture", name, bytes, 2 + info_len + len);
}

static void
seeds_pictures(void)
{
	Emage__FrameInfo info = EMAGE__FRAME_INFO__INIT;
	uint16_t grey[16 * 12];
	uint8_t rgb[16 * 12 * 3];
	size_t i;

	for (i = 0; i < ARRAY_LEN(grey); i++)
		grey[i] = (uint16_t)(i * 21);
	for (i = 0; i < ARRAY_LEN(rgb); i++)
		rgb[i] = (uint8_t)(i * 7);
	info.rows = 12;
	info.columns = 16;
	info.bits_stored = 12;
	info.slope = 1;
	info.max = 4095;
	seeds_picture("grey", &info, grey, sizeof(grey));
	info.is_signed = true;
	info.min = -2048;
	info.max = 2047;
	seeds_picture("signed", &info, grey, sizeof(grey));
	info.is_signed = false;
	info.bits_stored = 8;
	info.photometric = EMAGE__PHOTOMETRIC__PHOTOMETRIC_RGB;
	seeds_picture("colour", &info, rgb, sizeof(rgb));
}

static void
seeds_keys(void)
{
	static const char *const texts[] = {
	    "abc\033[A\033OB\033[1;5C\033[21~\033[[A",
	    "\033[<0;12;5M\033[<0;12;5m\033[<64;1;1M",
	    "\033[200~coll\xc3\xa9\033[201~\r\t\177",
	    "\033_Gi=1;OK\033\\\033[?62;4c\033[6;16;8t\033P>|xterm(379)\033\\",
	    "\033",
	};
	char name[16];
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		snprintf(name, sizeof(name), "%zu", i);
		seeds_put("keys", name, texts[i], strlen(texts[i]));
	}
}

/* Behind three bytes: which importer, its options, the server's mood. */
static void
seeds_imports(void)
{
	static const char *const texts[] = {
	    /* every line, wherever */
	    "\020\034\001Type d'identifiant PP|Identifiant PP|Nom d'exercice|Prénom d'exercice|"
	    "Code profession|Libellé profession|Code savoir-faire|Libellé savoir-faire|"
	    "Numéro FINESS site|Raison sociale site|Code postal (coord. structure)\n"
	    "8|10000000017|FICTIF|Zoé|10|Médecin|SM44|Radio-diagnostic (SM)|679900019|CHU|67000\n"
	    "8|10000000017|FICTIF|Zo\xe9|10|M\xe9"
	    "decin||||CABINET \x9c|67000\r\n"
	    "0|1|EXEMPLE|Ange|60|Infirmier||||||\n8|trop court\n",
	    "\005\004\001finess;etalab;93;2026-11-01\nstructureet;679900019;679900027;CHU "
	    "FICTIF;;;;1;RUE;DE L'EXEMPLE;;;482;67;BAS-RHIN;67000 STRASBOURG\n"
	    "geolocalisation;679900019;1049000.0;6840000.0\nautre;1\n",
	    "\016\000\000\xef\xbb\xbfins_type;matricule;cle;nom_naissance;prenoms;date_naissance;"
	    "sexe;lieu_insee;statut;ipp;ipp_autorite;email;mobile\n"
	    "NIR;2750299350003;56;DUPONT-TEST;MARIE ANNE;1975-02-14;F;99350;QUAL;;;;\n"
	    ";;;\"ESSAI; \"\"CORSE\"\"\";ANGE;05/03/1980;M;2A004;;17;CHU;a@b.example;06 00 00 00 "
	    "01\n",
	    "\017\000\003patient;ipp;ipp_autorite;rpps;nom;prenom;profession;specialite;finess;"
	    "date;"
	    "motif\nABC-DEFG-HJK;;;10000000017;;;;;679900019;2026-11-01T10:00:00;Vu\n",
	};
	char name[16];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *text = texts[i];

		snprintf(name, sizeof(name), "%zu", i);
		/* two of the bytes may be NUL */
		seeds_put("import", name, text, 3 + strlen(text + 3));
	}
}

static void
seeds_letter(void)
{
	static const char *const languages[] = {"fr", "de", "en"};
	char *address[] = {(char *)"12 rue de l’Exemple", (char *)"67000 STRASBOURG"};
	uint8_t packed[1024];

	for (unsigned i = 0; i < ARRAY_LEN(languages); i++) {
		Emage__Letter l = EMAGE__LETTER__INIT;

		l.language = (char *)(uintptr_t)languages[i];
		l.date = 20261124;
		l.civility = (char *)"Madame";
		l.given_name = (char *)"Léa-Noëlle";
		l.used_name = (char *)"ÉCHANTILLON";
		l.birth_name = (char *)"SPÉCIMEN";
		l.identifier = (char *)"C4F-7HK9-M2X";
		l.temporary_password = (char *)"7HK9-M2XC-4F3T-Q8YZ";
		l.expires = 20261224;
		l.establishment = (char *)"CHU FICTIF STRASBOURG";
		l.support_address = (char *)"aide@exemple.example";
		l.region = (char *)"Grand Est";
		l.recipient = address;
		l.n_recipient = ARRAY_LEN(address);
		l.kind = (Emage__LetterKind)i;
		seeds_put("letter", languages[i], packed, emage__letter__pack(&l, packed));
	}
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: seeds DIRECTORY");
	seeds_directory = argv[1];
	seeds_frames();
	seeds_texts();
	seeds_settings();
	seeds_json();
	seeds_pictures();
	seeds_keys();
	seeds_imports();
	seeds_letter();
	return 0;
}
