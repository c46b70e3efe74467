# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            build the library and the command below build/
# make check      install what is missing, build, run every test
# make demo       a tour of the product in the lab VM
# make help       the other targets

srcdir := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
B := build
.DEFAULT_GOAL := all

# These work before configure did, on a machine without a compiler.
unconfigured := help deps demo check check-all bench shell dist clean distclean
goals := $(filter-out $(unconfigured),$(or $(MAKECMDGOALS),all))

config.mk config.h &: $(srcdir)/configure $(wildcard $(srcdir)/tools/autoconf/*.in)
	@echo "  CONFIGURE"
	@CONFIG_SITE=/dev/null $(if $(wildcard config.status),./config.status,$(srcdir)/configure) -q
	@touch config.mk config.h

$(srcdir)/configure: $(srcdir)/configure.ac $(srcdir)/driver/include/version.h
	@echo "  AUTOCONF"
	@cd $(srcdir) && { command -v autoconf >/dev/null || \
		{ echo "autoconf is missing; 'make deps' installs what the build needs" >&2; exit 1; }; }
	@cd $(srcdir) && autoconf && rm -rf autom4te.cache
# What config.status remembers is another configure's
	@rm -f config.status

ifneq ($(goals),)
include config.mk
endif

# ---- how things are compiled ------------------------------------------------

WARNINGS := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wno-unused-parameter
# Set WERROR= to build with a compiler that warns about more than ours do
WERROR ?= -Werror
override CPPFLAGS += -D_GNU_SOURCE -I. -I$(srcdir)/include -I$(srcdir)/lib -I$(srcdir)/driver/include/uapi
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARNINGS) $(WERROR) $(CPPFLAGS) $(MODE_CFLAGS) -MMD -MP \
	$(MNL_CFLAGS) $(NLGENL_CFLAGS) $(JANSSON_CFLAGS) $(URING_CFLAGS)
# Others are loaded when they are needed, see lib/lazy.h
LIB_LIBS = $(MNL_LIBS)
CLI_LIBS = $(JANSSON_LIBS)

# An object lies below a directory for the way it was compiled: pic, plain, asan
lib_src := $(wildcard $(srcdir)/lib/*.c)
cli_src := $(wildcard $(srcdir)/cli/*.c)
objects = $(patsubst $(srcdir)/%.c,$(B)/$(1)/%.o,$(2))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2))

define compile
	$(call say,CC,$(<:$(srcdir)/%=%))
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
endef

$(B)/pic/%.o: MODE_CFLAGS := -fPIC -fvisibility=default
$(B)/pic/%.o: $(srcdir)/%.c config.h
	$(compile)

$(B)/plain/%.o: $(srcdir)/%.c config.h
	$(compile)

ASAN := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
$(B)/asan/%.o: MODE_CFLAGS := $(ASAN)
$(B)/asan/%.o: $(srcdir)/%.c config.h
	$(compile)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# ---- the library and the command ---------------------------------------------

SOVERSION := 0
solib := libvdpactl.so.$(SOVERSION)

all: $(B)/vdpactl $(B)/libvdpactl.a $(B)/libvdpactl.so $(B)/libvdpactl.pc

$(B)/$(solib): $(call objects,pic,$(lib_src)) $(srcdir)/lib/libvdpactl.sym
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(solib) -Wl,-z,defs \
		-Wl,--version-script,$(srcdir)/lib/libvdpactl.sym -o $@ $(filter %.o,$^) $(LIB_LIBS)

$(B)/libvdpactl.so: $(B)/$(solib)
	$(Q)ln -sf $(solib) $@

$(B)/libvdpactl.a: $(call objects,plain,$(lib_src))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# The command starts faster, and from anywhere, with its own copy of the library
$(B)/vdpactl: $(call objects,plain,$(cli_src)) $(B)/libvdpactl.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CLI_LIBS) $(LIB_LIBS)

$(B)/libvdpactl.pc: $(srcdir)/lib/libvdpactl.pc.in config.mk
	$(call say,GEN,$@)
	$(Q)sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|; s|@includedir@|$(includedir)|' \
		-e 's|@VERSION@|$(VERSION)|; s|@PRIVATE_LIBS@|$(LIB_LIBS)|' $< >$@

# ---- installing -----------------------------------------------------------------

INSTALL := install
bashcompdir = $(datarootdir)/bash-completion/completions
zshcompdir = $(datarootdir)/zsh/site-functions
fishcompdir = $(datarootdir)/fish/vendor_completions.d
# For DKMS each module is a package of its own: one that cannot be built spoils nothing else
dkms_packages := vdpactl vdpactl-sim
dkmsdir = $(prefix)/src/$(1)-$(VERSION)
man_pages := $(wildcard $(srcdir)/man/*.[1-8])
headers := $(wildcard $(srcdir)/include/vdpactl/*.h)
uapi_headers := $(wildcard $(srcdir)/driver/include/uapi/linux/*.h)

# install_dkms PACKAGE, MODULE, what else of driver/ goes with it
define install_dkms
	for file in $$(cd $(srcdir)/driver && find Kbuild compat.sh include $(2) $(3) -type f); do \
		$(INSTALL) -D -m 644 $(srcdir)/driver/$$file $(DESTDIR)$(dkmsdir)/$$file || exit 1; done
	sed 's/@PACKAGE@/$(1)/; s/@MODULE@/$(2)/; s/@VERSION@/$(VERSION)/' \
		$(srcdir)/driver/dkms.conf.in >$(DESTDIR)$(dkmsdir)/dkms.conf
endef

install: all
	$(INSTALL) -D -m 755 $(B)/vdpactl $(DESTDIR)$(sbindir)/vdpactl
	$(INSTALL) -D -m 755 $(B)/$(solib) $(DESTDIR)$(libdir)/$(solib)
	ln -sf $(solib) $(DESTDIR)$(libdir)/libvdpactl.so
	$(INSTALL) -D -m 644 $(B)/libvdpactl.a $(DESTDIR)$(libdir)/libvdpactl.a
	$(INSTALL) -D -m 644 $(B)/libvdpactl.pc $(DESTDIR)$(libdir)/pkgconfig/libvdpactl.pc
	$(INSTALL) -D -m 644 -t $(DESTDIR)$(includedir)/vdpactl $(headers)
	$(INSTALL) -D -m 644 -t $(DESTDIR)$(includedir)/linux $(uapi_headers)
	for page in $(man_pages); do \
		$(INSTALL) -D -m 644 -t $(DESTDIR)$(mandir)/man$${page##*.} $$page || exit 1; done
	$(INSTALL) -D -m 644 $(srcdir)/completions/vdpactl.bash $(DESTDIR)$(bashcompdir)/vdpactl
	$(INSTALL) -D -m 644 $(srcdir)/completions/_vdpactl $(DESTDIR)$(zshcompdir)/_vdpactl
	$(INSTALL) -D -m 644 $(srcdir)/completions/vdpactl.fish $(DESTDIR)$(fishcompdir)/vdpactl.fish
	$(call install_dkms,vdpactl,diag,Documentation)
	$(call install_dkms,vdpactl-sim,sim)

uninstall:
	rm -f $(DESTDIR)$(sbindir)/vdpactl $(DESTDIR)$(libdir)/$(solib) \
		$(DESTDIR)$(libdir)/libvdpactl.so $(DESTDIR)$(libdir)/libvdpactl.a \
		$(DESTDIR)$(libdir)/pkgconfig/libvdpactl.pc \
		$(DESTDIR)$(bashcompdir)/vdpactl $(DESTDIR)$(zshcompdir)/_vdpactl \
		$(DESTDIR)$(fishcompdir)/vdpactl.fish
	for page in $(notdir $(man_pages)); do rm -f $(DESTDIR)$(mandir)/man$${page##*.}/$$page; done
	rm -f $(addprefix $(DESTDIR)$(includedir)/linux/,$(notdir $(uapi_headers)))
	rm -rf $(DESTDIR)$(includedir)/vdpactl $(foreach package,$(dkms_packages),$(DESTDIR)$(call dkmsdir,$(package)))

# A release is the committed tree and the configure made from it
dist:
	@cd $(srcdir) && autoconf && rm -rf autom4te.cache
	@version=$$(sed -n 's/^.define VDPACTL_VERSION "\(.*\)"/\1/p' $(srcdir)/driver/include/version.h); \
	git -C $(srcdir) archive --prefix=vdpactl-$$version/ --add-file=configure \
		-o $(CURDIR)/vdpactl-$$version.tar.gz HEAD && \
	echo "vdpactl-$$version.tar.gz"

# ---- the kernel modules -------------------------------------------------------------

KDIR ?= /lib/modules/$(shell uname -r)/build
# kbuild leaves its products beside its sources: each kernel gets a copy of them
MODULES := $(CURDIR)/$(B)/modules/$(or $(KNAME),host)

modules:
	@mkdir -p $(MODULES)
	@cd $(srcdir)/driver && find . -type f | cpio -pdmu --quiet $(MODULES)
	@$(MAKE) -C $(KDIR) M=$(MODULES) $(KFLAGS) modules

modules_install: modules
	@$(MAKE) -C $(KDIR) M=$(MODULES) modules_install

# ---- tests ----------------------------------------------------------------------------

# Pure logic: a unit test links the objects it tests, so it reaches what is not exported
unit_src := $(wildcard $(srcdir)/tests/unit/test_*.c)
unit_names := $(patsubst $(srcdir)/tests/unit/%.c,%,$(unit_src))
unit_objects = $(call objects,$(1),$(lib_src) $(filter-out %/main.c,$(cli_src)))
$(B)/plain/tests/%.o $(B)/asan/tests/%.o: override CPPFLAGS += -I$(srcdir)/cli

$(B)/unit/%: $(B)/plain/tests/unit/%.o $(call unit_objects,plain)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(CLI_LIBS) $(LIB_LIBS)

$(B)/unit-asan/%: $(B)/asan/tests/unit/%.o $(call unit_objects,asan)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ASAN) -o $@ $^ -lcmocka $(CLI_LIBS) $(LIB_LIBS)

unit: $(unit_names:%=$(B)/unit/%)
unit-asan: $(unit_names:%=$(B)/unit-asan/%)

# Small C programs that the tests drive
helpers: $(patsubst $(srcdir)/tests/helpers/%.c,$(B)/tests/helpers/%,$(wildcard $(srcdir)/tests/helpers/*.c))
$(B)/tests/helpers/%: $(B)/plain/tests/helpers/%.o $(B)/libvdpactl.a
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -pthread $(CLI_LIBS) $(LIB_LIBS)

# Guests for QEMU: one file each, 32 bits, without a system or a library below it
guests := $(patsubst $(srcdir)/tests/guest/%.c,$(B)/tests/guest/%,$(wildcard $(srcdir)/tests/guest/*.c))
GUEST_CFLAGS := -m32 -std=gnu11 -Os -ffreestanding -fno-pie -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -mgeneral-regs-only -nostdlib -static \
	-Wl,-Ttext=0x100000,--build-id=none,-z,noseparate-code
helpers: $(guests)
$(guests): $(B)/tests/guest/%: $(srcdir)/tests/guest/%.c config.mk
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(CC) $(GUEST_CFLAGS) $(WARNINGS) $(WERROR) -o $@ $<

# Fuzz targets for libFuzzer, from the library's sources so that they are instrumented
fuzzers: $(patsubst $(srcdir)/tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard $(srcdir)/tests/fuzz/*.c))
$(B)/fuzz/%: $(srcdir)/tests/fuzz/%.c $(lib_src) config.h
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)clang -g -O1 -fsanitize=fuzzer,address,undefined $(CPPFLAGS) \
		$(MNL_CFLAGS) $(NLGENL_CFLAGS) $(URING_CFLAGS) -o $@ $(filter %.c,$^) $(LIB_LIBS)

testing: all unit unit-asan helpers

deps:
	@$(srcdir)/tools/deps

check check-all: deps
	@$(MAKE) --no-print-directory -j "$$(nproc)" testing
	@$(srcdir)/tests/run $@

demo: deps
	@$(MAKE) --no-print-directory all
	@$(srcdir)/tools/demo

bench: deps
	@$(MAKE) --no-print-directory testing
	@$(srcdir)/tests/bench/run

shell: deps
	@$(MAKE) --no-print-directory all
	@$(srcdir)/tests/vm/run

clean:
	rm -rf $(B)

distclean: clean
	rm -f config.mk config.h config.log config.status vdpactl-*.tar.gz

help:
	@sed -n 's/^# \(make .*\)/\1/p' $(srcdir)/Makefile
	@echo "make deps       install the Debian packages that are missing (NO_DEPS=1: only name them)"
	@echo "make shell      a shell in the lab VM"
	@echo "make check-all  as check, with more kernels and the long soaks"
	@echo "make bench      measure, print ratios"
	@echo "make modules modules_install KDIR=...  the kernel modules"
	@echo "make install uninstall DESTDIR=... dist clean distclean"

.PHONY: all install uninstall dist modules modules_install unit unit-asan helpers fuzzers \
	testing deps check check-all demo bench shell clean distclean help
# Objects are kept although they are made on the way to something else
.SECONDARY:
.DELETE_ON_ERROR:
