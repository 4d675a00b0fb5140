# bfpipe: small filters from DynamoDB through Kinesis and a transform into S3.
# `make help` lists the targets. Everything built lies under build/FLAVOUR; `make -C SOURCE O=FOLDER` builds elsewhere
# (FOLDER is absolute, or relative to SOURCE, and has no space in its name).

VERSION  := $(shell sed -n 's/^.define BF_VERSION "\(.*\)"/\1/p' lib/base/base.h)
# While the first number is 0, the second may break the binary interface of the libraries: both are in the soname.
SOVER    := $(basename $(VERSION))
CC       ?= cc
FLAVOUR  ?= release
O        ?= build
B        := $(O)/$(FLAVOUR)

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wcast-qual \
            -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
CFLAGS_release := -O2 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_tsan    := -O1 -g -fsanitize=thread
LDFLAGS_tsan   := -fsanitize=thread
CFLAGS_clang   := -O2 -g
CFLAGS_debug   := -O0 -g3
CFLAGS   ?= $(CFLAGS_$(FLAVOUR))
LDFLAGS_asan   := -fsanitize=address,undefined
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_fuzz   := -fsanitize=address,undefined
ALL_CFLAGS  = -std=c17 -D_POSIX_C_SOURCE=200809L -I. -fPIC -fno-semantic-interposition -fvisibility=hidden \
              -pthread $(WARN) $(CFLAGS) $(EXTRA_CFLAGS) $(if $(HAVE_ISAL),-DBF_HAVE_ISAL) -MMD -MP
ALL_LDFLAGS = -pthread -Wl,--as-needed,-Bsymbolic-functions $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS)

# The two libraries: what each is made of and what it needs. The archives hold everything; the shared libraries export
# what the installed headers declare (mk/install.mk) and nothing else.
CORE_SRC := $(filter-out lib/aws/%,$(wildcard lib/*/*.c))
AWS_SRC  := $(wildcard lib/aws/*/*.c)
CORE_LIBS := -ljansson
AWS_LIBS   = -lcurl -lcrypto -lz -lzstd -ljansson $(if $(HAVE_ISAL),-lisal)
# ISA-L makes gzip fast where it is installed; nothing else depends on it. Asked once, by the first rule that builds,
# so that `make deps all` finds what deps has just installed.
HAVE_ISAL  = $(eval HAVE_ISAL := $(shell printf '\043include <isa-l.h>\nint main(void){return 0;}\n' | \
             $(CC) -xc - -lisal -o /dev/null 2>/dev/null && echo yes))$(HAVE_ISAL)
core_so  := $(B)/lib/libbfpipe.so.$(SOVER)
aws_so   := $(B)/lib/libbfpipe-aws.so.$(SOVER)
core_a   := $(B)/lib/libbfpipe.a
aws_a    := $(B)/lib/libbfpipe-aws.a

# A tool is cmd/NAME.c or cmd/NAME/*.c. It is linked with the archives, so that it is one file which runs from
# anywhere, and loads only the libraries that it needs (--as-needed): a pure filter loads no libcurl.
TOOLS     := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)) $(patsubst cmd/%/,%,$(dir $(wildcard cmd/*/main.c))))
LIBS_bftop    := -lmicrohttpd -lm
LIBS_bflocal  := -lmicrohttpd -lnghttp2 -lminizip -lsqlite3 -lm
# cdclambda loads this if rows have a destination: the AWS client, with libcurl and TLS (cmd/cdclambda/sink.c).
rowsink   := $(B)/lib/bfpipe/bfpipe-rowsink.so
RPATH_cdclambda = -Wl,-rpath,'$$ORIGIN/../lib/bfpipe'
# A tool may have rooms (cmd/bflocal). cmd/cdclambda/alone replaces files of the tool in another program.
tool_src  = $(filter-out cmd/cdclambda/alone/%,$(wildcard cmd/$1.c cmd/$1/*.c cmd/$1/*/*.c))
tool_obj  = $(patsubst %.c,$(B)/obj/%.o,$(call tool_src,$1))

bins      := $(TOOLS:%=$(B)/bin/%)
unit_src  := $(wildcard tests/unit/test_*.c)
units     := $(unit_src:tests/unit/%.c=$(B)/tests/%)
objs       = $(patsubst %.c,$(B)/obj/%.o,$(CORE_SRC) $(AWS_SRC) $(unit_src) $(foreach t,$(TOOLS),$(call tool_src,$t)))

.DELETE_ON_ERROR:
.SECONDARY:

# mk/install.mk names the installed headers, which the libraries' rules need.
all:
include mk/install.mk mk/test.mk mk/lint.mk mk/deploy.mk

# A build shows one short line a file; V=1 shows the commands.
V ?= 0
ifeq ($V,0)
Q := @
say = @printf '  %-4s %s\n' $1 '$(patsubst $(B)/%,%,$@)'
endif

all: $(core_so) $(aws_so) $(core_a) $(aws_a) $(rowsink) $(bins) ## build the libraries and the tools

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(core_a): $(CORE_SRC:%.c=$(B)/obj/%.o)
$(aws_a): $(AWS_SRC:%.c=$(B)/obj/%.o)
$(core_a) $(aws_a):
	@mkdir -p $(@D)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# The symbols of the installed headers, as a linker's version script.
$(B)/core.map: $(CORE_HEADERS)
$(B)/aws.map: $(AWS_HEADERS)
$(B)/core.map $(B)/aws.map: tools/exports.sh mk/install.mk
	@mkdir -p $(@D)
	@sh tools/exports.sh --map $(filter %.h,$^) >$@
$(B)/rowsink.map: mk/install.mk
	@mkdir -p $(@D)
	@echo '{ global: bf_rowsink; local: *; };' >$@

$(core_so): $(B)/core.map $(CORE_SRC:%.c=$(B)/obj/%.o)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -Wl,--version-script=$< -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) $(CORE_LIBS)
	$(Q)ln -sf $(@F) $(@:.$(SOVER)=)

# It contains private copies of the functions that the other library does not export.
$(aws_so): $(B)/aws.map $(AWS_SRC:%.c=$(B)/obj/%.o) $(core_so) $(core_a)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -Wl,--version-script=$< -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) -L$(B)/lib -lbfpipe $(core_a) $(AWS_LIBS)
	$(Q)ln -sf $(@F) $(@:.$(SOVER)=)

$(rowsink): $(B)/rowsink.map $(B)/obj/lib/aws/rowsink/rowsink.o $(aws_a) $(core_a)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,--version-script=$< -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) $(aws_a) $(core_a) $(AWS_LIBS)

# link_tool TOOL,FILE,FLAGS
link_tool = $(CC) -o $2 $(call tool_obj,$1) $(ALL_LDFLAGS) $3 $(aws_a) $(core_a) $(LIBS_$1) $(AWS_LIBS)
define tool_rule
$(B)/bin/$1: $(call tool_obj,$1) $(aws_a) $(core_a) Makefile
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(call link_tool,$1,$$@,$$(RPATH_$1))
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$t)))

# Lambda's package: `bootstrap` is static, without libcurl and SQLite; tools/lambda-zip.sh calls this in a flavour
# of its own for each machine.
alone_obj := $(patsubst cmd/cdclambda/%.c,$(B)/obj/cmd/cdclambda/%.o,$(filter-out cmd/cdclambda/sink.c,\
             $(wildcard cmd/cdclambda/*.c)) cmd/cdclambda/alone/sink.c)
$(B)/bootstrap: $(alone_obj) $(aws_a) $(core_a)
	$(call say,LD)
	$(Q)$(CC) -static -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) -Wl,--gc-sections $(aws_a) $(core_a)

lambda.zip: all ## build/lambda-*.zip: packages for provided.al2023; CONF=FILE goes in as transform.conf
	@CC='$(CC)' MAKE='$(MAKE)' CONF='$(CONF)' O='$(O)' sh tools/lambda-zip.sh

# The goals that this run of make was given: deps installs what they need.
GOALS := $(filter-out deps deps-check,$(MAKECMDGOALS))

deps: ## install what the other goals of this command need; alone: what all need
	@sh tools/deps.sh $(GOALS)

deps-check:
	@sh tools/deps.sh --check $(or $(GOALS),check)

# `make -j deps check` installs first.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(objs) deps-check $(filter-out deps,$(MAKECMDGOALS)): | deps
endif

dist: ## build/bfpipe-VERSION.tar.gz of the last commit
	@mkdir -p $(O)
	@git archive --format=tar --prefix=bfpipe-$(VERSION)/ HEAD | gzip -9n >$(O)/bfpipe-$(VERSION).tar.gz

check-dist: dist ## build, test and install that tarball
	@sh tools/check-dist.sh $(O)/bfpipe-$(VERSION).tar.gz

partitions: ## take partitions and endpoints anew from the botocore installed (tools/partitions.py)
	@python3 tools/partitions.py renew && python3 tools/partitions.py table

model: ## take the constraints on bflocal's requests anew from the botocore installed (tools/model.py)
	@python3 -W ignore tools/model.py

demo: all ## the whole pipeline on bflocal: 100,000 sales changes, and what a shop would want to see; ALL=1: with Lambda and Firehose
	@PATH="$(abspath $(B))/bin:$$PATH" $(if $(ALL),sh examples/demo-all.sh,bflocal sh examples/demo.sh)

shell: all ## a shell that finds the tools built here and their man pages
	@PATH="$(abspath $(B))/bin:$$PATH" MANPATH="$(abspath $(O))/man:" sh tools/shell.sh "$(abspath $(O))/man"

pictures: all ## doc/*.svg: the pipeline, a dashboard, and a recording of the demo
	@python3 tools/picture.py >doc/pipeline.svg
	@PATH="$(abspath $(B))/bin:$$PATH" python3 tools/dashboard.py >$(B)/dashboard.svg && mv $(B)/dashboard.svg doc/dashboard.svg
	@PATH="$(abspath $(B))/bin:$$PATH" python3 tools/record.py -t 'The first pipeline' tools/demo.session >$(B)/demo.svg && mv $(B)/demo.svg doc/demo.svg

clean: ## remove everything built
	rm -rf $(O)

help: ## this list
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.PHONY: all partitions model torture deps-check check check-fresh check-peers check-unit check-cli check-services check-asan check-tsan check-stalled check-valgrind lint lint-quick lint-tidy format bench \
        deps demo shell pictures fuzz fuzz-run lambda.zip install uninstall dist check-dist clean help
-include $(objs:.o=.d) $(alone_obj:.o=.d) $(fuzz_src:%.c=$(B)/obj/%.d)
