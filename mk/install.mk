# Installing, and what is installed: tools/install.sh has the list of files, for install and uninstall alike.

PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
LIBDIR   ?= $(PREFIX)/lib
INCDIR   ?= $(PREFIX)/include
MANDIR   ?= $(PREFIX)/share/man
DOCDIR   ?= $(PREFIX)/share/doc/bfpipe
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# The face of the libraries: the headers that programs include, and those that these include. All other headers are
# private; what these declare is what the shared libraries export.
CORE_HEADERS := $(addprefix lib/,base/err.h base/str.h io/reader.h json/scan.h json/write.h ddb/change.h row/row.h pattern/pattern.h \
                  xform/xform.h) \
                $(addprefix lib/,base/base.h base/arena.h base/map.h io/out.h cli/opt_list.h row/reshape.h sql/sql.h xform/filter.h)
AWS_HEADERS  := $(addprefix lib/aws/,sign/sigv4.h client/client.h) \
                $(addprefix lib/aws/,config/service.h config/settings.h http/header.h sign/hash.h)

install_vars := VERSION SOVER B DESTDIR BINDIR LIBDIR INCDIR MANDIR DOCDIR BASHCOMPDIR ZSHCOMPDIR FISHCOMPDIR TOOLS CORE_HEADERS AWS_HEADERS \
                CORE_LIBS AWS_LIBS
define export_for_install
install uninstall install-list: export BF_$1 = $$($1)
endef
$(foreach v,$(install_vars),$(eval $(call export_for_install,$v)))

# cdclambda looks for bfpipe-rowsink.so beside its own folder (../lib/bfpipe). Where LIBDIR is another one, it is
# linked again, to look there.
ifneq ($(LIBDIR),$(patsubst %/bin,%/lib,$(BINDIR)))
install: RPATH_cdclambda = -Wl,-rpath,'$(LIBDIR)/bfpipe'
install: export BF_CDCLAMBDA = $(B)/install/cdclambda
endif

install: all ## install under PREFIX (/usr/local), below DESTDIR
	@mkdir -p $(B)/install
	$(if $(BF_CDCLAMBDA),$(Q)$(call link_tool,cdclambda,$(B)/install/cdclambda,$(RPATH_cdclambda)))
	@sh tools/install.sh install

uninstall: ## remove what install put there, with the same PREFIX
	@sh tools/install.sh uninstall

install-list: # what install writes
	@sh tools/install.sh list
