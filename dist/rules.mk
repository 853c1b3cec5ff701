# SPDX-License-Identifier: MIT
# Installing and removing. The same lists serve both.

INSTALL_BIN     := emage emage-call
INSTALL_SBIN    := emaged emagectl
INSTALL_LIBEXEC := emage-courier emage-imaging emage-letter
LANGUAGES       := $(basename $(notdir $(wildcard po/*.po))) fr
MAN_PAGES       := $(notdir $(wildcard man/*.[1-8]))
unitdir         ?= $(prefix)/lib/systemd/system
D               := $(DESTDIR)

# units, with the directories of this installation written into them
UNITS := emaged.service emage-kiosk@.service emage-kiosk-touch.service \
	emage-checkpoint.service emage-checkpoint.timer emage-backup.service emage-backup.timer
# gateways for short messages, to be copied and filled in
COURIER_FILES := kannel.conf sms-form.conf sms-json.conf
# what makes a machine a kiosk; its administrator links it into place
KIOSK_FILES := foot.ini sysusers.conf sysctl.conf logind.conf

# page.8 -> its directory
man_of = $(D)$(mandir)/man$(subst .,,$(suffix $(1)))/$(1)

installed = $(INSTALL_BIN:%=$(D)$(bindir)/%) $(INSTALL_SBIN:%=$(D)$(sbindir)/%) \
	$(INSTALL_LIBEXEC:%=$(D)$(libexecdir)/%) $(foreach p,$(MAN_PAGES),$(call man_of,$(p))) \
	$(foreach l,$(sort $(LANGUAGES)),$(D)$(localedir)/$(l)/LC_MESSAGES/emage.mo) \
	$(D)$(datadir)/bash-completion/completions/emagectl \
	$(D)$(datadir)/bash-completion/completions/emage-call \
	$(D)$(datadir)/emage/blocklist.bin \
	$(KIOSK_FILES:%=$(D)$(datadir)/emage/kiosk/%) \
	$(COURIER_FILES:%=$(D)$(datadir)/emage/courier/%) \
	$(UNITS:%=$(D)$(unitdir)/%) $(D)$(prefix)/lib/sysusers.d/emage.conf \
	$(D)$(prefix)/lib/tmpfiles.d/emage.conf $(D)$(datadir)/emage/sshd_config.d/emage.conf

## make install     programs, man pages, catalogues, units (DESTDIR, prefix)
install: all
	install -d $(sort $(dir $(installed)))
	install -m 755 $(INSTALL_BIN:%=$(B)/%) $(D)$(bindir)
	install -m 755 $(INSTALL_SBIN:%=$(B)/%) $(D)$(sbindir)
	install -m 755 $(INSTALL_LIBEXEC:%=$(B)/%) $(D)$(libexecdir)
	$(foreach p,$(MAN_PAGES),install -m 644 man/$(p) $(call man_of,$(p));)
	$(foreach l,$(sort $(LANGUAGES)),install -m 644 $(B)/locale/$(l)/LC_MESSAGES/emage.mo $(D)$(localedir)/$(l)/LC_MESSAGES;)
	install -m 644 dist/completion/emagectl $(D)$(datadir)/bash-completion/completions
	ln -sf emagectl $(D)$(datadir)/bash-completion/completions/emage-call
	install -m 644 $(B)/blocklist.bin $(D)$(datadir)/emage
	$(foreach u,$(UNITS),sed -e 's,@bindir@,$(bindir),' -e 's,@sbindir@,$(sbindir),' -e 's,@sysconfdir@,$(sysconfdir),' -e 's,@datadir@,$(datadir),' dist/systemd/$(u) > $(B)/$(u);)
	install -m 644 $(UNITS:%=$(B)/%) $(D)$(unitdir)
	install -m 644 $(KIOSK_FILES:%=dist/kiosk/%) $(D)$(datadir)/emage/kiosk
	install -m 644 $(COURIER_FILES:%=dist/courier/%) $(D)$(datadir)/emage/courier
	install -m 644 dist/sysusers.d/emage.conf $(D)$(prefix)/lib/sysusers.d
	install -m 644 dist/tmpfiles.d/emage.conf $(D)$(prefix)/lib/tmpfiles.d
	sed -e 's,@bindir@,$(bindir),' dist/sshd/emage.conf > $(B)/sshd-emage.conf
	install -m 644 $(B)/sshd-emage.conf $(D)$(datadir)/emage/sshd_config.d/emage.conf

## make uninstall   what install put there; data and configuration stay
uninstall:
	rm -f $(installed)
