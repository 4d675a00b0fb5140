# Tests, fuzzers, benchmarks. tests/README.md says which suite shows what.

# Tests in which allocations, and system calls, fail (tests/unit/fail.h).
wrap = $(patsubst %,-Wl$(comma)--wrap=%,$1)
comma := ,
FAIL_ALLOC := malloc calloc realloc
FAIL_IO    := $(FAIL_ALLOC) read write fsync close rename
LDFLAGS_test_data = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_ddl_memory = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_client_memory = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_cdc_memory = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_parquet = $(call wrap,$(FAIL_ALLOC))
LDFLAGS_test_io   = $(call wrap,$(FAIL_IO))
LDFLAGS_test_bflocal_commit = $(call wrap,bl_auth_check)
LDFLAGS_test_bflocal_limits = $(call wrap,bl_auth_check bf_clock_wall_ms)
LDFLAGS_test_bflocal_trim = $(call wrap,bl_auth_check)

# Unit tests link the static archives; test_TOOL_x also the objects of cmd/TOOL, without its main.
# LDFLAGS_test_x: additional link options of one test.
unit_tool = $(filter $(word 2,$(subst _, ,$1)),$(TOOLS))
define unit_rule
$(B)/tests/$1: $(B)/obj/tests/unit/$1.o $(if $2,$(filter-out %/main.o,$(call tool_obj,$2))) $(aws_a) $(core_a)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) $(aws_a) $(core_a) $$(AWS_LIBS) $(CORE_LIBS) -lcmocka \
	    $(if $2,$(LIBS_$2)) $(LDFLAGS_$1)
endef
$(foreach u,$(notdir $(units)),$(eval $(call unit_rule,$u,$(call unit_tool,$u))))

check: deps-check check-unit check-cli check-services ## all tests

# Suites mostly wait, for services and for time to pass: so many run at once, the long ones first.
J ?= 3
LONG := $(patsubst %,tests/%.sh,cli/hostile cli/bfgen-data cli/bflocal-ddb-streams cli/bflocal-ddb-query cli/s3put_state cli/s3put_kill cli/cdclambda-fault \
        services/bflocal-s3 services/bflocal-clients services/pipeline services/ddbput-many services/exactly-once services/ddbput \
        services/torture services/kin-stream services/kin-bridge services/exactly-once-faults)
suites = $(filter-out %/lib.sh %/own.sh %/s3.sh %/changes.sh %/postgres.sh %/aws.sh %/serve.sh %/served.sh %/supervise.sh,$(foreach l,$(LONG),$(filter $l,$1)) $(filter-out $(LONG),$1))
prove  = BF_SHARED=$${BF_SHARED:-../shared} prove -j$(J)
# A suite that hangs is ended, and named.
limited := python3 -B tests/limited.py

KILLAT := $(B)/torture/killat
check-unit: $(units) ## unit tests (cmocka)
	@CMOCKA_MESSAGE_OUTPUT=TAP $(prove) -e '$(limited) sh tests/unit/tap.sh' $(units)

T ?= $(sort $(wildcard tests/cli/*.sh))
check-cli: all $(KILLAT) ## command-line tests (TAP); T=tests/cli/x.sh runs one, J=1 one after the other
	@BF_BUILD=$(B) $(prove) -e '$(limited) sh' $(call suites,$(T))

# The same tests under sanitizers and under valgrind. A sanitizer's dlopen does not see the program's rpath.
check-asan: ## unit and command-line tests under address, leak and undefined-behaviour sanitizers
	@LD_LIBRARY_PATH="$(abspath $(O))/asan/lib/bfpipe" ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
	    $(MAKE) --no-print-directory FLAVOUR=asan check-unit check-cli

# The programs with threads: bflocal, and cdcxform -j.
TSAN_SUITES := $(filter tests/cli/bflocal%.sh tests/cli/cdcxform-jobs.sh tests/cli/cdcxform-sql%.sh tests/cli/bftop-http%.sh,$(T))
check-tsan: ## the tests of what has threads under the thread sanitizer
	@mkdir -p $(O)/tsan && rm -f $(O)/tsan/report.*
	@TSAN_OPTIONS="log_path='$(abspath $(O))/tsan/report'" $(MAKE) --no-print-directory FLAVOUR=tsan T='$(TSAN_SUITES)' check-cli
	@! cat $(O)/tsan/report.* 2>/dev/null

# Tests that depend on time fail if their processes are delayed.
check-stalled: $(units) all ## unit and command-line tests whose processes are stopped at random; SEED=n
	@python3 tools/stall.py $(if $(SEED),-s $(SEED)) $(MAKE) --no-print-directory J=8 check-unit check-cli

# Valgrind's own pipes stay out of the TMPDIR that tests look into.
VALGRIND := valgrind -q --vgdb=no --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
            --errors-for-leak-kinds=definite,indirect
check-valgrind: all $(units) ## unit and command-line tests under valgrind (an hour or more)
	@BF_SUITE_LIMIT=7200 CMOCKA_MESSAGE_OUTPUT=TAP $(prove) -e '$(limited) sh tests/unit/tap.sh $(VALGRIND)' $(units)
	@mkdir -p $(O)/valgrind/bin && for t in $(TOOLS); do \
	    printf '#!/bin/sh\nexec $(VALGRIND) %s "$$@"\n' "$(abspath $(B))/bin/$$t" >$(O)/valgrind/bin/$$t && \
	    chmod +x $(O)/valgrind/bin/$$t || exit 1; done
	@BF_SUITE_LIMIT=7200 BF_VALGRIND=1 BF_BUILD=$(O)/valgrind $(prove) -e '$(limited) sh' $(call suites,$(T))

# Fuzzers: tests/fuzz/NAME.c with LLVMFuzzerTestOneInput, seeds in tests/fuzz/NAME/. Their corpora grow in $(O)/corpus.
# FUZZ_RUNS=n: so many inputs from a fixed seed, the same in every run.
FUZZ_SECONDS ?= 10
fuzz_src := $(wildcard tests/fuzz/*.c)
fuzz: ## run each fuzzer for FUZZ_SECONDS (10); needs clang
	@$(MAKE) --no-print-directory CC=clang FLAVOUR=fuzz fuzz-run
fuzz-run: $(fuzz_src:tests/fuzz/%.c=$(B)/fuzz/%)
	@set -e; for f in $(fuzz_src:tests/fuzz/%.c=%); do mkdir -p $(O)/corpus/$$f $(O)/crashes; echo "fuzz: $$f"; \
	    seeds=; [ ! -d tests/fuzz/$$f ] || seeds=tests/fuzz/$$f; \
	    $(B)/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) $(if $(FUZZ_RUNS),-seed=1 -runs=$(FUZZ_RUNS)) -timeout=10 -rss_limit_mb=512 -verbosity=0 -print_final_stats=1 \
	        -artifact_prefix=$(O)/crashes/$$f- $(O)/corpus/$$f $$seeds; done
# A fuzzer TOOL_x links the objects of cmd/TOOL, as a unit test does.
define fuzz_rule
$(B)/fuzz/$1: $(B)/obj/tests/fuzz/$1.o $(if $2,$(filter-out %/main.o,$(call tool_obj,$2))) $(aws_a) $(core_a)
	@mkdir -p $$(@D)
	$$(call say,LD)
	$$(Q)$$(CC) -fsanitize=fuzzer -o $$@ $$(filter %.o,$$^) $$(ALL_LDFLAGS) $(aws_a) $(core_a) $$(AWS_LIBS) $(CORE_LIBS) $(if $2,$(LIBS_$2))
endef
$(foreach f,$(fuzz_src:tests/fuzz/%.c=%),$(eval $(call fuzz_rule,$f,$(filter $(firstword $(subst _, ,$f)),$(TOOLS)))))

BENCH_HELPERS := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/bench/*.c))
$(BENCH_HELPERS): $(B)/%: $(B)/obj/tests/%.o $(core_a)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -o $@ $^ $(ALL_LDFLAGS) $(CORE_LIBS)
# A peer in C++; the bench says so where it cannot be built.
$(B)/bench/simdjson: tests/bench/simdjson.cpp
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) -O2 -o $@ $< -lsimdjson 2>/dev/null || :
bench: all $(BENCH_HELPERS) $(B)/bench/simdjson ## speed and memory of each tool beside a peer; X=tests/bench/x.sh runs one
	@for b in $(filter-out tests/bench/lib.sh,$(X)); do \
	    BF_BUILD=$(B) BF_SHARED=$${BF_SHARED:-../shared} sh $$b || exit 1; done
X ?= $(sort $(wildcard tests/bench/*.sh))

# Kills a process at a chosen system call (tests/torture/README.md).
$(KILLAT): $(B)/obj/tests/torture/killat.o
	@mkdir -p $(@D)
	$(CC) -o $@ $< $(ALL_LDFLAGS)

# The delivery promise, hammered: make torture CYCLES=10000 SEED=1; CONFIG=a,b and BACKEND=bflocal,faulty,real choose.
# A failure is reported with the command that repeats it, which uses CYCLE and KILLS.
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
	@$(foreach b,$(BF_BACKEND),echo "services: $b" && BF_BUILD=$(B) $(backend_$b) env $(prove) -e '$(limited) sh' $(call suites,$(S)) &&) true

check-peers: all ## real peers from PyPI and npm (AWS CLI, boto3, moto, AWS SDK for JavaScript), installed below build/peers
	@BF_BUILD=$(B) sh tests/peers/run.sh

check-fresh: ## README's two commands on a new minimal Debian 12 and 13; FRESH=bookworm for one
	@sh tools/check-fresh.sh $(FRESH)

