# Static checks and layout: tools/check-*.sh, and the tools of others.

C_FILES := $(wildcard lib/*/*.[ch] lib/*/*/*.[ch] cmd/*.[ch] cmd/*/*.[ch] cmd/*/*/*.[ch] tests/*/*.[ch] examples/*.[ch])
LIBRARIES := $(core_so) $(aws_so) $(core_a) $(aws_a)

# The checks that need a few seconds: layout, floors, symbols, options against man pages, sizes, words.
lint-quick: all
	@sh tools/check-format.sh $(C_FILES)
	@sh tools/check-floors.sh
	@sh tools/check-symbols.sh $(LIBRARIES)
	@sh tools/check-options.sh $(LINT_OPTIONS) $(B)/bin
	@sh tools/check-size.sh
	@sh tools/check-words.sh

# lint-quick is for work in progress: it accepts a tool without a page; lint does not.
lint: LINT_OPTIONS = --all
lint: lint-quick lint-tidy ## every static check
	@$(MAKE) --no-print-directory -s -j2 CC=clang FLAVOUR=clang EXTRA_CFLAGS=-Werror all
	@cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --error-exitcode=1 -I. -D_POSIX_C_SOURCE=200809L lib cmd
	@if ls man/* >/dev/null 2>&1; then mandoc -Tlint -W warning man/*; fi
	@sh tools/check-scripts.sh
	@sh tools/check-tools.sh
	@echo lint: nothing found

# One stamp a file, so that only what changed is read again. The analyzer's budget a function is a tenth of
# its default: parsers cost minutes otherwise, and it has not found more with more.
TIDY_FILES := $(filter %.c,$(filter lib/% cmd/%,$(C_FILES)))
lint-tidy:
	@$(MAKE) --no-print-directory -k -j2 $(TIDY_FILES:%.c=$(O)/tidy/%.ok)
$(O)/tidy/%.ok: %.c .clang-tidy $(filter %.h,$(C_FILES))
	@mkdir -p $(@D)
	@clang-tidy --quiet $< --extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang \
	    --extra-arg=max-nodes=20000 -- -std=c17 -D_POSIX_C_SOURCE=200809L -I. \
	    2>$@.log || { cat $@.log; exit 1; }
	@touch $@

format: ## clang-format the whole tree in place
	clang-format -i $(C_FILES)

