# bfpipe: small filters from DynamoDB through Kinesis and a transform into S3.
# `make help` lists the targets. Everything built lies under build/FLAVOUR.

VERSION  := 0.1.0
SOVER    := 0
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
LIBDIR   ?= $(PREFIX)/lib
INCDIR   ?= $(PREFIX)/include
MANDIR   ?= $(PREFIX)/share/man
CC       ?= cc
FLAVOUR  ?= release
B        := build/$(FLAVOUR)

WARN     := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wcast-qual \
            -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
CFLAGS_release := -O2 -g
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_debug   := -O0 -g3
CFLAGS   ?= $(CFLAGS_$(FLAVOUR))
LDFLAGS_asan   := -fsanitize=address,undefined
ALL_CFLAGS  = -std=c17 -D_POSIX_C_SOURCE=200809L -DBF_VERSION='"$(VERSION)"' -I. -fPIC -fvisibility=hidden \
              -pthread $(WARN) $(CFLAGS) $(EXTRA_CFLAGS) -MMD -MP
ALL_LDFLAGS = -pthread -Wl,--as-needed $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS)

# The two libraries: what each is made of and what it needs.
CORE_SRC := $(wildcard lib/base/*.c lib/json/*.c lib/cdc/*.c)
AWS_SRC  := $(wildcard lib/aws/*.c)
CORE_LIBS := -ljansson
AWS_LIBS  := -lcurl -lcrypto -lz -lzstd -ljansson
# ISA-L makes gzip fast where it is installed; nothing else depends on it.
HAVE_ISAL := $(shell printf '\043include <isa-l.h>\nint main(void){return 0;}\n' | $(CC) -xc - -lisal -o /dev/null 2>/dev/null && echo yes)
ifeq ($(HAVE_ISAL),yes)
AWS_LIBS  += -lisal
ALL_CFLAGS += -DBF_HAVE_ISAL
endif
core_so  := $(B)/lib/libbfpipe.so.$(SOVER)
aws_so   := $(B)/lib/libbfpipe-aws.so.$(SOVER)
core_a   := $(B)/lib/libbfpipe.a
aws_a    := $(B)/lib/libbfpipe-aws.a

# A tool is cmd/NAME.c or cmd/NAME/*.c. Those named here also need the AWS floor.
TOOLS     := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)) $(patsubst cmd/%/,%,$(dir $(wildcard cmd/*/main.c))))
AWS_TOOLS := ddbput kinread kinput s3put cdclambda
# bflocal signs but never calls: out of the archives it takes the signing alone, and no libcurl is loaded.
STATIC_TOOLS := bflocal
LIBS_bflocal  := -lmicrohttpd -lsqlite3 -lcrypto -ljansson -lz
tool_src  = $(wildcard cmd/$1.c cmd/$1/*.c)
tool_obj  = $(patsubst %.c,$(B)/obj/%.o,$(call tool_src,$1))

bins      := $(TOOLS:%=$(B)/bin/%)
unit_src  := $(wildcard tests/unit/test_*.c)
units     := $(unit_src:tests/unit/%.c=$(B)/tests/%)
objs       = $(patsubst %.c,$(B)/obj/%.o,$(CORE_SRC) $(AWS_SRC) $(unit_src) $(foreach t,$(TOOLS),$(call tool_src,$t)))

.DELETE_ON_ERROR:
.SECONDARY:

all: $(core_so) $(aws_so) $(core_a) $(aws_a) $(bins) ## build the libraries and the tools

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(core_a): $(CORE_SRC:%.c=$(B)/obj/%.o)
$(aws_a): $(AWS_SRC:%.c=$(B)/obj/%.o)
$(core_a) $(aws_a):
	@mkdir -p $(@D)
	rm -f $@ && $(AR) rcs $@ $^

$(core_so): $(CORE_SRC:%.c=$(B)/obj/%.o)
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,$(@F) -o $@ $^ $(ALL_LDFLAGS) $(CORE_LIBS)
	ln -sf $(@F) $(@:.$(SOVER)=)

$(aws_so): $(AWS_SRC:%.c=$(B)/obj/%.o) $(core_so)
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,$(@F) -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) -L$(B)/lib -lbfpipe $(AWS_LIBS)
	ln -sf $(@F) $(@:.$(SOVER)=)

# Tools find the libraries beside them, built or installed.
define tool_rule
$(B)/bin/$1: $(call tool_obj,$1) $(core_so) $(if $(filter $1,$(AWS_TOOLS)),$(aws_so))
	@mkdir -p $$(@D)
	$$(CC) -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) -Wl,-rpath,'$$$$ORIGIN/../lib' -L$(B)/lib \
	    $(if $(filter $1,$(AWS_TOOLS)),-lbfpipe-aws) -lbfpipe $(LIBS_$1)
endef
define static_tool_rule
$(B)/bin/$1: $(call tool_obj,$1) $(aws_a) $(core_a)
	@mkdir -p $$(@D)
	$$(CC) -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) $(aws_a) $(core_a) $(LIBS_$1)
endef
$(foreach t,$(filter-out $(STATIC_TOOLS),$(TOOLS)),$(eval $(call tool_rule,$t)))
$(foreach t,$(filter $(STATIC_TOOLS),$(TOOLS)),$(eval $(call static_tool_rule,$t)))

# Unit tests link the static archives, and the objects of a tool's folder when TOOL_OBJ_test_x names it.
$(B)/tests/test_%: $(B)/obj/tests/unit/test_%.o $(aws_a) $(core_a)
	@mkdir -p $(@D)
	$(CC) -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) $(aws_a) $(core_a) $(AWS_LIBS) $(CORE_LIBS) -lcmocka $(LIBS_test_$*)

deps: ## install what is missing to build, test and lint
	@sh tools/deps.sh

deps-check:
	@sh tools/deps.sh --check

# `make -j deps check` installs first.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

check: deps-check check-unit check-cli check-services ## all tests

check-unit: $(units) ## unit tests (cmocka)
	@CMOCKA_MESSAGE_OUTPUT=TAP BF_SHARED=$${BF_SHARED:-../shared} prove -e '' $(units)

T ?= $(sort $(wildcard tests/cli/*.sh))
check-cli: all ## command-line tests (TAP); T=tests/cli/x.sh runs one
	@BF_BUILD=$(B) BF_SHARED=$${BF_SHARED:-../shared} prove -e sh $(filter-out tests/cli/lib.sh,$(T))

format: ## clang-format the whole tree in place
	clang-format -i $$(git ls-files '*.c' '*.h')

# All suites share one set of services; BF_BACKEND=bflocal runs the same ones against the toolkit's own.
BF_BACKEND ?= real
S ?= $(sort $(wildcard tests/services/[0-9a-z]*.sh))
backend_real    := sh tests/services/serve.sh
backend_bflocal := env BF_IN_BACKEND=bflocal $(B)/bin/bflocal
check-services: all ## tests on real services (TAP); S=tests/services/x.sh runs one
	@BF_BUILD=$(B) BF_SHARED=$${BF_SHARED:-../shared} $(backend_$(BF_BACKEND)) \
	    prove -e sh $(filter-out tests/services/lib.sh tests/services/serve.sh,$(S))

clean: ## remove everything built
	rm -rf build

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.PHONY: all deps-check check check-unit check-cli check-services check-asan check-valgrind lint lint-quick format bench \
        deps demo install uninstall dist clean help
-include $(objs:.o=.d)
