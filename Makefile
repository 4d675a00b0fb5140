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
CFLAGS_tsan    := -O1 -g -fsanitize=thread
LDFLAGS_tsan   := -fsanitize=thread
CFLAGS_clang   := -O2 -g
CFLAGS_debug   := -O0 -g3
CFLAGS   ?= $(CFLAGS_$(FLAVOUR))
LDFLAGS_asan   := -fsanitize=address,undefined
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_fuzz   := -fsanitize=address,undefined
ALL_CFLAGS  = -std=c17 -D_POSIX_C_SOURCE=200809L -DBF_VERSION='"$(VERSION)"' -I. -fPIC -fno-semantic-interposition -fvisibility=hidden \
              -pthread $(WARN) $(CFLAGS) $(EXTRA_CFLAGS) $(if $(HAVE_ISAL),-DBF_HAVE_ISAL) -MMD -MP
ALL_LDFLAGS = -pthread -Wl,--as-needed,-Bsymbolic-functions $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS)

# The two libraries: what each is made of and what it needs.
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

# A tool is cmd/NAME.c or cmd/NAME/*.c. Those named here also need the AWS floor.
TOOLS     := $(sort $(patsubst cmd/%.c,%,$(wildcard cmd/*.c)) $(patsubst cmd/%/,%,$(dir $(wildcard cmd/*/main.c))))
AWS_TOOLS := ddbput kinread kinput s3put
# cdclambda opens the library of the AWS floor when rows have somewhere to go: it links what reads options alone.
LIGHT_OBJ_cdclambda = $(addprefix $(B)/obj/lib/aws/,config/options.o config/arn.o rowsink/rowsink_to.o s3/s3_url.o)
# bflocal signs but never calls: out of the archives it takes the signing alone, and no libcurl is loaded.
STATIC_TOOLS := bflocal
LIBS_bflocal  := -lmicrohttpd -lsqlite3 -lcrypto -ljansson -lz
# A tool may have rooms (cmd/bflocal). cmd/cdclambda/alone is none: it stands in for files of it in another program.
tool_src  = $(filter-out cmd/cdclambda/alone/%,$(wildcard cmd/$1.c cmd/$1/*.c cmd/$1/*/*.c))
tool_obj  = $(patsubst %.c,$(B)/obj/%.o,$(call tool_src,$1))

bins      := $(TOOLS:%=$(B)/bin/%)
unit_src  := $(wildcard tests/unit/test_*.c)
units     := $(unit_src:tests/unit/%.c=$(B)/tests/%)
objs       = $(patsubst %.c,$(B)/obj/%.o,$(CORE_SRC) $(AWS_SRC) $(unit_src) $(foreach t,$(TOOLS),$(call tool_src,$t)))

.DELETE_ON_ERROR:
.SECONDARY:

# A build shows one short line a file; V=1 shows the commands.
V ?= 0
ifeq ($V,0)
Q := @
say = @printf '  %-4s %s\n' $1 '$(patsubst $(B)/%,%,$@)'
endif

all: $(core_so) $(aws_so) $(core_a) $(aws_a) $(bins) ## build the libraries and the tools

# The variants for one vector level are compiled for it and chosen at run time.
# (The compiler is asked by the rule, not before: deps may have to install it first.)
$(B)/obj/%_avx2.o: CFLAGS_SIMD = $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),-mavx2 -mbmi -mbmi2)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(CFLAGS_SIMD) -c -o $@ $<

$(core_a): $(CORE_SRC:%.c=$(B)/obj/%.o)
$(aws_a): $(AWS_SRC:%.c=$(B)/obj/%.o)
$(core_a) $(aws_a):
	@mkdir -p $(@D)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(core_so): $(CORE_SRC:%.c=$(B)/obj/%.o)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -o $@ $^ $(ALL_LDFLAGS) $(CORE_LIBS)
	$(Q)ln -sf $(@F) $(@:.$(SOVER)=)

$(aws_so): $(AWS_SRC:%.c=$(B)/obj/%.o) $(core_so)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,$(@F) -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) -L$(B)/lib -lbfpipe $(AWS_LIBS)
	$(Q)ln -sf $(@F) $(@:.$(SOVER)=)

# Tools find the libraries beside them, built or installed.
define tool_rule
$(B)/bin/$1: $(call tool_obj,$1) $(LIGHT_OBJ_$1) $(core_so) $(if $(filter $1,$(AWS_TOOLS)),$(aws_so))
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) -Wl,-rpath,'$$$$ORIGIN/../lib' -L$(B)/lib \
	    $(if $(filter $1,$(AWS_TOOLS)),-lbfpipe-aws) -lbfpipe $(LIBS_$1)
endef
define static_tool_rule
$(B)/bin/$1: $(call tool_obj,$1) $(aws_a) $(core_a)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) $(aws_a) $(core_a) $(LIBS_$1)
endef
$(foreach t,$(filter-out $(STATIC_TOOLS),$(TOOLS)),$(eval $(call tool_rule,$t)))
$(foreach t,$(filter $(STATIC_TOOLS),$(TOOLS)),$(eval $(call static_tool_rule,$t)))

# Lambda's package: `bootstrap` is static, without libcurl and SQLite; tools/lambda-zip.sh calls this in a flavour
# of its own for each machine.
alone_obj := $(patsubst cmd/cdclambda/%.c,$(B)/obj/cmd/cdclambda/%.o,$(filter-out cmd/cdclambda/sink.c,\
             $(wildcard cmd/cdclambda/*.c)) cmd/cdclambda/alone/sink.c)
$(B)/bootstrap: $(alone_obj) $(LIGHT_OBJ_cdclambda) $(core_a)
	$(call say,LD)
	$(Q)$(CC) -static -o $@ $(filter %.o,$^) $(ALL_LDFLAGS) -Wl,--gc-sections $(core_a)

lambda.zip: all ## build/lambda-*.zip: packages for provided.al2023; CONF=FILE goes in as transform.conf
	@CC='$(CC)' MAKE='$(MAKE)' CONF='$(CONF)' sh tools/lambda-zip.sh

# Tests in which allocations, and system calls, fail (tests/unit/fail.h).
wrap = $(patsubst %,-Wl$(comma)--wrap=%,$1)
comma := ,
FAIL_ALLOC := malloc calloc realloc
FAIL_IO    := $(FAIL_ALLOC) read write fsync close rename
LDFLAGS_test_data = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_client_memory = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_cdc_memory = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_io   = $(call wrap,$(FAIL_IO))
LDFLAGS_test_bflocal_commit = $(call wrap,bl_auth_check)
LDFLAGS_test_bflocal_limits = $(call wrap,bl_auth_check bf_clock_wall_ms)
LDFLAGS_test_bflocal_trim = $(call wrap,bl_auth_check)

# Unit tests link the static archives; test_TOOL_x also the objects of cmd/TOOL, without its main.
# LDFLAGS_test_x: what one test links with besides.
unit_tool = $(filter $(word 2,$(subst _, ,$1)),$(TOOLS))
define unit_rule
$(B)/tests/$1: $(B)/obj/tests/unit/$1.o $(if $2,$(filter-out %/main.o,$(call tool_obj,$2))) $(aws_a) $(core_a)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) $(aws_a) $(core_a) $$(AWS_LIBS) $(CORE_LIBS) -lcmocka \
	    $(if $2,$(LIBS_$2)) $(LDFLAGS_$1)
endef
$(foreach u,$(notdir $(units)),$(eval $(call unit_rule,$u,$(call unit_tool,$u))))

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

check: deps-check check-unit check-cli check-services ## all tests

# Suites mostly wait, for services and for time to pass: so many run at once, the long ones first.
J ?= 3
LONG := $(patsubst %,tests/%.sh,cli/hostile cli/bfgen-data cli/bflocal-ddb-streams cli/bflocal-ddb-query cli/s3put_state cli/s3put_kill cli/cdclambda-fault \
        services/bflocal-s3 services/bflocal-clients services/pipeline services/ddbput-many services/exactly-once services/ddbput \
        services/torture services/kin-stream services/kin-bridge services/exactly-once-faults)
suites = $(filter-out %/lib.sh %/aws.sh %/serve.sh %/supervise.sh,$(foreach l,$(LONG),$(filter $l,$1)) $(filter-out $(LONG),$1))
prove  = BF_SHARED=$${BF_SHARED:-../shared} prove -j$(J)

KILLAT := $(B)/torture/killat
check-unit: $(units) ## unit tests (cmocka)
	@CMOCKA_MESSAGE_OUTPUT=TAP $(prove) -e 'sh tests/unit/tap.sh' $(units)

T ?= $(sort $(wildcard tests/cli/*.sh))
check-cli: all $(KILLAT) ## command-line tests (TAP); T=tests/cli/x.sh runs one, J=1 one after the other
	@BF_BUILD=$(B) $(prove) -e sh $(call suites,$(T))

# The same tests under sanitizers and under valgrind. A sanitizer's dlopen does not see the program's rpath.
check-asan: ## unit and command-line tests under address, leak and undefined-behaviour sanitizers
	@LD_LIBRARY_PATH="$(CURDIR)/build/asan/lib" ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
	    $(MAKE) --no-print-directory FLAVOUR=asan check-unit check-cli

# What has threads: bflocal, and cdcxform -j.
TSAN_SUITES := $(filter tests/cli/bflocal%.sh tests/cli/cdcxform-jobs.sh tests/cli/cdcxform-sql%.sh,$(T))
check-tsan: ## the tests of what has threads under the thread sanitizer
	@mkdir -p build/tsan && rm -f build/tsan/report.*
	@TSAN_OPTIONS="log_path='$(CURDIR)/build/tsan/report'" $(MAKE) --no-print-directory FLAVOUR=tsan T='$(TSAN_SUITES)' check-cli
	@! cat build/tsan/report.* 2>/dev/null

# What counts on time shows when its processes are held up.
check-stalled: $(units) all ## unit and command-line tests whose processes are stopped at random; SEED=n
	@python3 tools/stall.py $(if $(SEED),-s $(SEED)) $(MAKE) --no-print-directory J=8 check-unit check-cli

# Valgrind's own pipes stay out of the TMPDIR that tests look into.
VALGRIND := valgrind -q --vgdb=no --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
            --errors-for-leak-kinds=definite,indirect
check-valgrind: all $(units) ## unit and command-line tests under valgrind (an hour or more)
	@CMOCKA_MESSAGE_OUTPUT=TAP $(prove) -e 'sh tests/unit/tap.sh $(VALGRIND)' $(units)
	@mkdir -p build/valgrind/bin && for t in $(TOOLS); do \
	    printf '#!/bin/sh\nexec $(VALGRIND) %s "$$@"\n' "$(CURDIR)/$(B)/bin/$$t" >build/valgrind/bin/$$t && \
	    chmod +x build/valgrind/bin/$$t || exit 1; done
	@BF_VALGRIND=1 BF_BUILD=build/valgrind $(prove) -e sh $(call suites,$(T))

# Fuzzers: tests/fuzz/NAME.c with LLVMFuzzerTestOneInput, seeds in tests/fuzz/NAME/. Their corpora grow in build/corpus.
FUZZ_SECONDS ?= 10
fuzz_src := $(wildcard tests/fuzz/*.c)
fuzz: ## run each fuzzer for FUZZ_SECONDS (10); needs clang
	@$(MAKE) --no-print-directory CC=clang FLAVOUR=fuzz fuzz-run
fuzz-run: $(fuzz_src:tests/fuzz/%.c=$(B)/fuzz/%)
	@set -e; for f in $(fuzz_src:tests/fuzz/%.c=%); do mkdir -p build/corpus/$$f build/crashes; echo "fuzz: $$f"; \
	    seeds=; [ ! -d tests/fuzz/$$f ] || seeds=tests/fuzz/$$f; \
	    $(B)/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=512 -verbosity=0 -print_final_stats=1 \
	        -artifact_prefix=build/crashes/$$f- build/corpus/$$f $$seeds; done
# A fuzzer TOOL_x links the objects of cmd/TOOL, as a unit test does.
define fuzz_rule
$(B)/fuzz/$1: $(B)/obj/tests/fuzz/$1.o $(if $2,$(filter-out %/main.o,$(call tool_obj,$2))) $(aws_a) $(core_a)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) $(aws_a) $(core_a) $$(AWS_LIBS) $(CORE_LIBS) $(if $2,$(LIBS_$2))
endef
$(foreach f,$(fuzz_src:tests/fuzz/%.c=%),$(eval $(call fuzz_rule,$f,$(filter $(firstword $(subst _, ,$f)),$(TOOLS)))))

BENCH_HELPERS := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/bench/*.c))
$(BENCH_HELPERS): $(B)/%: $(B)/obj/tests/%.o
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -o $@ $< $(ALL_LDFLAGS)
bench: all $(BENCH_HELPERS) ## speed and memory of each tool beside a peer; X=tests/bench/x.sh runs one
	@for b in $(filter-out tests/bench/lib.sh,$(X)); do \
	    BF_BUILD=$(B) BF_SHARED=$${BF_SHARED:-../shared} sh $$b || exit 1; done
X ?= $(sort $(wildcard tests/bench/*.sh))

D := $(DESTDIR)
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
DOCDIR  ?= $(PREFIX)/share/doc/bfpipe
HEADERS := $(wildcard lib/*/*.h lib/*/*/*.h)
PAGES   := $(wildcard man/*.[157])
page_to  = $(MANDIR)/man$(patsubst .%,%,$(suffix $1))/$(notdir $1)

# A private library lies in Requires.private and Libs.private: only static linking asks for it.
define pc_core
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(INCDIR)

Name: bfpipe
Description: Change records, rows and JSON of the bfpipe toolkit
Version: $(VERSION)
Cflags: -I$${includedir}/bfpipe
Libs: -L$${libdir} -lbfpipe
Libs.private: -ljansson
endef
define pc_aws
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(INCDIR)

Name: bfpipe-aws
Description: AWS clients of the bfpipe toolkit
Version: $(VERSION)
Requires: bfpipe
Cflags: -I$${includedir}/bfpipe
Libs: -L$${libdir} -lbfpipe-aws
Libs.private: $(AWS_LIBS)
endef

install: export PC_CORE = $(pc_core)
install: export PC_AWS = $(pc_aws)
install: all ## install under PREFIX (/usr/local), below DESTDIR
	install -d "$D$(BINDIR)" "$D$(LIBDIR)/pkgconfig" "$D$(COMPDIR)" "$D$(DOCDIR)"
	install -m 644 $(core_so) $(aws_so) $(core_a) $(aws_a) "$D$(LIBDIR)"
	ln -sf $(notdir $(core_so)) "$D$(LIBDIR)/libbfpipe.so"
	ln -sf $(notdir $(aws_so)) "$D$(LIBDIR)/libbfpipe-aws.so"
	@printf '%s\n' "$$PC_CORE" >"$D$(LIBDIR)/pkgconfig/bfpipe.pc"
	@printf '%s\n' "$$PC_AWS" >"$D$(LIBDIR)/pkgconfig/bfpipe-aws.pc"
	@set -e; for h in $(HEADERS); do \
	    install -d "$D$(INCDIR)/bfpipe/$${h%/*}"; install -m 644 $$h "$D$(INCDIR)/bfpipe/$$h"; done
	@set -e; for t in $(TOOLS); do install -m 755 $(B)/bin/$$t "$D$(BINDIR)"; \
	    $(B)/bin/$$t --completions >"$D$(COMPDIR)/$$t"; done
	@set -e; $(foreach m,$(PAGES),install -d "$D$(dir $(call page_to,$m))"; \
	    install -m 644 $m "$D$(call page_to,$m)";) :
	install -m 644 $(wildcard README.md LICENSE examples/*) "$D$(DOCDIR)"

uninstall: ## remove what install put there
	rm -f $(TOOLS:%="$D$(BINDIR)/%") $(TOOLS:%="$D$(COMPDIR)/%") \
	    $(foreach l,$(LIBRARIES),"$D$(LIBDIR)/$(notdir $l)") \
	    "$D$(LIBDIR)/libbfpipe.so" "$D$(LIBDIR)/libbfpipe-aws.so" \
	    "$D$(LIBDIR)/pkgconfig/bfpipe.pc" "$D$(LIBDIR)/pkgconfig/bfpipe-aws.pc" \
	    $(foreach m,$(PAGES),"$D$(call page_to,$m)")
	rm -rf "$D$(INCDIR)/bfpipe" "$D$(DOCDIR)"

dist: ## build/bfpipe-VERSION.tar.gz of the last commit
	@mkdir -p build
	git archive --format=tar --prefix=bfpipe-$(VERSION)/ HEAD | gzip -9n >build/bfpipe-$(VERSION).tar.gz

C_FILES := $(wildcard lib/*/*.[ch] lib/*/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch] cmd/*/*/*.[ch] tests/*/*.[ch] examples/*.[ch])
LIBRARIES := $(core_so) $(aws_so) $(core_a) $(aws_a)

# What takes a few seconds: layout, floors, symbols, options against man pages, sizes, words.
lint-quick: all
	@sh tools/check-format.sh $(C_FILES)
	@sh tools/check-floors.sh
	@sh tools/check-symbols.sh $(LIBRARIES)
	@sh tools/check-options.sh $(LINT_OPTIONS) $(B)/bin
	@sh tools/check-size.sh
	@sh tools/check-words.sh

# lint-quick is for work in progress: a tool may come before its page. lint is not.
lint: LINT_OPTIONS = --all
lint: lint-quick lint-tidy ## every static check
	@$(MAKE) --no-print-directory -s -j2 CC=clang FLAVOUR=clang EXTRA_CFLAGS=-Werror all
	@cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -I. -D_POSIX_C_SOURCE=200809L -DBF_VERSION='"$(VERSION)"' lib cmd
	@if ls man/* >/dev/null 2>&1; then mandoc -Tlint -W warning man/*; fi
	@sh tools/check-scripts.sh
	@sh tools/check-tools.sh
	@echo lint: nothing found

# One stamp a file, so that only what changed is read again. The analyzer's budget a function is a tenth of
# its default: parsers cost minutes otherwise, and it has not found more with more.
TIDY_FILES := $(filter %.c,$(filter lib/% cmd/%,$(C_FILES)))
lint-tidy:
	@$(MAKE) --no-print-directory -k -j2 $(TIDY_FILES:%.c=build/tidy/%.ok)
build/tidy/%.ok: %.c .clang-tidy $(filter %.h,$(C_FILES))
	@mkdir -p $(@D)
	@clang-tidy --quiet $< --extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang \
	    --extra-arg=max-nodes=20000 -- -std=c17 -D_POSIX_C_SOURCE=200809L -DBF_VERSION='"$(VERSION)"' -I. \
	    2>$@.log || { cat $@.log; exit 1; }
	@touch $@

format: ## clang-format the whole tree in place
	clang-format -i $(C_FILES)

partitions: ## take partitions and endpoints anew from the botocore installed (tools/partitions.py)
	@python3 tools/partitions.py renew && python3 tools/partitions.py table

# What kills at a chosen system call (tests/torture/README.md).
$(KILLAT): $(B)/obj/tests/torture/killat.o
	@mkdir -p $(@D)
	$(CC) -o $@ $< $(ALL_LDFLAGS)

# The delivery promise, hammered: make torture CYCLES=10000 SEED=1; CONFIG=a,b and BACKEND=bflocal,faulty,real choose.
# What went wrong is told with the line that repeats it: CYCLE and KILLS belong to that.
CYCLES ?= 1000
SEED   ?= 1
torture: all $(KILLAT) ## kill the pipeline at system calls and moments, count what landed: CYCLES=1000 SEED=1
	@nice /usr/bin/python3 -B tests/torture/torture.py --bin $(B)/bin --cycles $(CYCLES) --seed $(SEED) $(if $(CONFIG),--config $(CONFIG)) \
	    $(if $(BACKEND),--backend $(BACKEND)) $(if $(EVERY),--every) $(if $(CYCLE),--cycle $(CYCLE)) $(if $(KILLS),--kills '$(KILLS)') $(if $(TIMES),--times $(TIMES)) $(if $(KEEP),--keep '$(KEEP)')

# All suites share one set of services: the real ones, then the toolkit's own. BF_BACKEND=bflocal runs them on that alone.
BF_BACKEND ?= real bflocal
S ?= $(sort $(wildcard tests/services/[0-9a-z]*.sh))
backend_real    := sh tests/services/serve.sh
backend_bflocal := env BF_IN_BACKEND=bflocal $(B)/bin/bflocal
check-services: all $(KILLAT) ## tests on real services and on bflocal (TAP); S=tests/services/x.sh runs one
	@$(foreach b,$(BF_BACKEND),echo "services: $b" && BF_BUILD=$(B) $(backend_$b) env $(prove) -e sh $(call suites,$(S)) &&) true

check-peers: all ## real peers from PyPI and npm (AWS CLI, boto3, moto, AWS SDK for JavaScript), installed below build/peers
	@BF_BUILD=$(B) sh tests/peers/run.sh

check-fresh: ## README's two commands on a new minimal Debian 12 and 13; FRESH=bookworm for one
	@sh tools/check-fresh.sh $(FRESH)

demo: all ## the whole pipeline on bflocal: 100,000 sales changes, and what a shop would want to see
	@PATH="$(CURDIR)/$(B)/bin:$$PATH" bflocal sh examples/demo.sh

clean: ## remove everything built
	rm -rf build

help: ## this list
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.PHONY: all partitions torture deps-check check check-fresh check-peers check-unit check-cli check-services check-asan check-tsan check-stalled check-valgrind lint lint-quick lint-tidy format bench \
        deps demo fuzz fuzz-run lambda.zip install uninstall dist clean help
-include $(objs:.o=.d) $(alone_obj:.o=.d) $(fuzz_src:%.c=$(B)/obj/%.d)
