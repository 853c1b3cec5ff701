# SPDX-License-Identifier: MIT
# Catalogues. The sources hold the guide's French; fr is made from them (it has
# the plurals: 0 is singular), en and de are translated in po/<language>.po.
#
#   make catalogues   $(B)/locale/<language>/LC_MESSAGES/emage.mo
#   make po-update    brings po/*.po up to the sources
#   make po-check     fails on a text that a language lacks
PO_LANGUAGES := en de
PO_SOURCES   := $(sort $(wildcard client/*.c client/*.def client/words.h client/linear/*.c client/model/*.c client/screen/*.c \
		  client/widget/*.c client/picture/*.c))
PO_MO        := $(foreach l,fr $(PO_LANGUAGES),$(B)/locale/$(l)/LC_MESSAGES/emage.mo)

.PHONY: catalogues po-update po-check
catalogues: $(PO_MO)

$(B)/po/emage.pot: $(PO_SOURCES) po/rules.mk
	@mkdir -p $(@D)
	xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --add-comments=TRANSLATORS \
	  --package-name=emage --no-location --sort-output -o $@.tmp $(PO_SOURCES)
	@# no date: a catalogue changes only when a text does
	@sed '/^"POT-Creation-Date/d' $@.tmp > $@ && rm $@.tmp

$(B)/po/fr.po: $(B)/po/emage.pot
	msgen --no-wrap $< | sed -e 's/"Language: .*\\n"/"Language: fr\\n"/' \
	  -e 's/"Plural-Forms: .*\\n"/"Plural-Forms: nplurals=2; plural=(n > 1);\\n"/' > $@
$(B)/po/%.po: po/%.po $(B)/po/emage.pot
	@# a text that has changed must not keep the translation of another one
	msgmerge --quiet --no-fuzzy-matching -o $@ $< $(B)/po/emage.pot

$(B)/locale/%/LC_MESSAGES/emage.mo: $(B)/po/%.po
	@mkdir -p $(@D)
	msgfmt --check-format --check-domain -o $@ $<

po-update: $(B)/po/emage.pot
	@set -e; for l in $(PO_LANGUAGES); do \
	  msgmerge --quiet --no-fuzzy-matching --no-wrap --sort-output -U --backup=none po/$$l.po $<; \
	  msgattrib --no-obsolete --no-wrap --sort-output -o po/$$l.po po/$$l.po; done

po-check: $(foreach l,$(PO_LANGUAGES),$(B)/po/$(l).po)
	@set -e; for l in $(PO_LANGUAGES); do \
	  if msgattrib --untranslated --no-obsolete $(B)/po/$$l.po | grep '^msgid' ; then \
	    echo "po/$$l.po: not translated, see above (make po-update)" >&2; exit 1; fi; done
