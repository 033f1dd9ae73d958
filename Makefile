# procenario: see `make help`. One file, no recursion into folders; what needs more is a script in
# tests/.
#
# Variables: CC CFLAGS CPPFLAGS LDFLAGS LDLIBS PREFIX DESTDIR as everywhere (the user's flags come
# last); BUILD=DIR for the products; SANITIZE=1, VALGRIND=1 or COVERAGE=1 for another variant; V=1 shows
# commands.

VERSION := 0.1.0
PREFIX ?= /usr/local
PKG_CONFIG ?= pkg-config
ifeq ($(origin CC),default)
CC := $(or $(shell command -v gcc),cc)
endif
MAKEFLAGS += --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(or $(shell nproc 2>/dev/null),1)
endif

# ---- variants ---------------------------------------------------------------------------------

HARDENING := -fstack-protector-strong -fPIE
LINK_HARDENING := -pie -Wl,-z,relro,-z,now
ifneq ($(filter 1,$(SANITIZE)),)
VARIANT := sanitize
VARIANT_FLAGS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Instrumented code gives gcc false alarms here (gcc(1), -fsanitize).
VARIANT_FLAGS += -Wno-format-truncation
else ifneq ($(filter 1,$(VALGRIND)),)
VARIANT := valgrind
VARIANT_FLAGS := -O1 -DUNDER_VALGRIND
else ifneq ($(filter 1,$(COVERAGE)),)
VARIANT := coverage
VARIANT_FLAGS := -O0 --coverage
else
VARIANT := plain
VARIANT_FLAGS := -O2
# Fortified functions need an optimising compiler, and warn without.
VARIANT_FLAGS += $(if $(filter -O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif
BUILD ?= $(if $(filter plain,$(VARIANT)),build,build/$(VARIANT))

# ---- flags ------------------------------------------------------------------------------------

LIBRARIES := yaml-0.1 jansson libpcre2-8 libutf8proc vterm libmd libseccomp
# Not linked: loaded when needed (sandbox/libarchive.h).
LOADED_LIBRARIES := libarchive
ifndef LIBRARY_LIBS
LIBRARY_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(LOADED_LIBRARIES) 2>/dev/null)
LIBRARY_LIBS := $(shell { $(PKG_CONFIG) --exists $(LOADED_LIBRARIES) && \
	$(PKG_CONFIG) --libs $(LIBRARIES) && echo -ldl; } 2>/dev/null)
endif
LANGUAGE := -std=gnu17 -D_GNU_SOURCE -Isrc
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# Statement expressions are in use (steal_ptr); gcc -Wpedantic accepts them in the GNU dialect.
CLANG_WARNINGS := $(WARNINGS) -Wno-gnu-statement-expression
ifneq ($(findstring clang,$(shell $(CC) --version 2>/dev/null)),)
WARNINGS := $(CLANG_WARNINGS)
endif
COMPILE = $(CC) $(LANGUAGE) -g $(WARNINGS) $(HARDENING) $(VARIANT_FLAGS) $(LIBRARY_CFLAGS) \
	$(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(LINK_HARDENING) $(VARIANT_FLAGS) $(CFLAGS) $(LDFLAGS)
# Programs under test stay what a student would compile, whatever the variant.
COMPILE_PROGRAM = $(CC) -std=gnu17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -pthread

# ---- what there is ----------------------------------------------------------------------------

SOURCES := $(sort $(wildcard src/*.c src/*/*.c))
HEADERS := $(sort $(wildcard src/*.h src/*/*.h))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o)
UNITS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
PROGRAMS := $(patsubst tests/programs/%.c,$(BUILD)/programs/%,$(wildcard tests/programs/*.c))
PRELOADS := $(patsubst tests/preload/%.c,$(BUILD)/preload/%.so,$(wildcard tests/preload/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
SCRIPTS := $(sort .ci/run tests/browser/install $(wildcard tests/*.sh tests/*.bash tests/*.bats) \
	$(shell grep -lE '^\#!/(bin/sh|usr/bin/env bash)' tests/* docs/* docs/examples/* \
	tests/grade-pages/* src/scaffold/* src/scaffold/*/* 2>/dev/null))

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@echo '  $(1)  $(2)';)

.PHONY: all
all: $(BUILD)/procenario ## build procenario (the default)

.PHONY: FORCE
FORCE:

# A stamp changes only when its content does: $(call stamp,CONTENT).
stamp = @mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || \
	printf '%s\n' '$(subst ','\'',$(1))' >$@

$(BUILD)/flags: FORCE
	$(if $(LIBRARY_LIBS),,@tests/packages missing build; exit 1)
	$(call stamp,$(COMPILE) | $(LINK) $(LIBRARY_LIBS) $(LDLIBS) | $(COMPILE_PROGRAM) | $(VERSION))
$(BUILD)/objects: FORCE
	$(call stamp,$(OBJECTS))

$(BUILD)/procenario: $(OBJECTS) $(BUILD)/objects
	$(call say,LD,$@)$(LINK) -o $@ $(OBJECTS) $(LIBRARY_LIBS) $(LDLIBS)
$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) -MMD -MP -c -o $@ $<
# Taken in by the assembler, so no compiler knows of them.
$(BUILD)/obj/src/page/assets.o: src/page/page.css src/page/page.js
$(BUILD)/obj/src/page/frame.o: src/page/frame.css
$(BUILD)/obj/src/gradebook/pages_markup.o: src/gradebook/pages.css
$(BUILD)/obj/src/gradebook/overview.o: src/gradebook/overview.js
$(BUILD)/obj/src/scaffold/scaffold.o: $(wildcard src/scaffold/*.sh src/scaffold/*/*)
$(BUILD)/obj/src/main.o $(BUILD)/obj/src/grade/grade.o: CPPFLAGS += -DPROCENARIO_VERSION='"$(VERSION)"'

$(BUILD)/unit/%: tests/unit/%.c $(OBJECTS) $(BUILD)/objects
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE) -MMD -MP -MF $@.d -o $@ $< \
		$(filter-out %/src/main.o $(BUILD)/obj/src/commands/%,$(OBJECTS)) $(LINK_HARDENING) $(LDFLAGS) $(LIBRARY_LIBS) $(LDLIBS)
$(BUILD)/programs/%: tests/programs/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE_PROGRAM) -o $@ $<
$(BUILD)/preload/%.so: tests/preload/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(COMPILE_PROGRAM) -fPIC -shared -o $@ $< -ldl

-include $(OBJECTS:.o=.d) $(UNITS:=.d)

# ---- what people want -------------------------------------------------------------------------

.PHONY: demo
demo: ## install what is missing, build, and perform a scenario before your eyes
	@tests/packages install build demo
	@$(MAKE) all
	@echo; echo '$$ procenario run scenarios/tutorial/zombie.yaml'
	@$(BUILD)/procenario run scenarios/tutorial/zombie.yaml

.PHONY: test
test: ## install what is missing, build, and run all tests (SANITIZE=1: under ASan and UBSan; VALGRIND=1)
	@tests/packages install build demo test $(filter valgrind,$(VARIANT))
	@tests/packages install extra || echo "CPython's own tests are not to be had here: they are skipped"
	@tests/packages install cross || echo "no cross compiler is to be had here: the other processor is left out"
	@tests/packages install browser || echo "no browser is to be had here: pages are not clicked through"
	@tests/packages install players || echo "asciinema or graphviz is not to be had here: what they read is not shown to them"
	@tests/packages install batch || echo "no batch system is to be had here: grading with one is not tried"
	@tests/browser/install '$(abspath $(BUILD))/browser'
	@$(MAKE) test-products
	@BUILD='$(abspath $(BUILD))' VARIANT=$(VARIANT) tests/run-suite $(TESTS)

.PHONY: test-products
test-products: all $(UNITS) $(PROGRAMS) $(PRELOADS)

.PHONY: golden
golden: test-products ## write the golden traces anew and show what changed
	$(if $(CI),@echo 'make golden: refused in CI: goldens are renewed by a person who reads them' >&2; exit 1)
	@BUILD='$(abspath $(BUILD))' tests/golden.sh

.PHONY: bench
bench: all $(PROGRAMS) ## measure speed and memory
	@BUILD='$(abspath $(BUILD))' tests/bench.sh

SHARE := $(DESTDIR)$(PREFIX)/share
COMPLETIONS := bash:bash-completion/completions/procenario zsh:zsh/site-functions/_procenario \
	fish:fish/vendor_completions.d/procenario.fish

.PHONY: install
install: all ## install below $(DESTDIR)$(PREFIX)
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(SHARE)/procenario/schema'
	install -m 755 $(BUILD)/procenario '$(DESTDIR)$(PREFIX)/bin/procenario'
	install -m 644 schema/*.json '$(SHARE)/procenario/schema'
	for c in $(COMPLETIONS); do install -d "$$(dirname "$(SHARE)/$${c#*:}")" && \
		$(BUILD)/procenario completion $${c%%:*} >"$(SHARE)/$${c#*:}" || exit 1; done

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f '$(DESTDIR)$(PREFIX)/bin/procenario'
	for c in $(COMPLETIONS); do rm -f "$(SHARE)/$${c#*:}"; done
	rm -rf '$(SHARE)/procenario'

.PHONY: clean
clean: ## remove all that was built
	rm -rf '$(BUILD)'

# ---- what keeps the code in order ---------------------------------------------------------------

.PHONY: format
format: ## lay the source out with clang-format
	clang-format -i $(SOURCES) $(HEADERS) $(wildcard tests/*/*.c tests/*/*.h)

LINTS := lint-format lint-clang lint-tidy lint-cppcheck lint-shell check-layers check-headers
.PHONY: lint $(LINTS)
lint: ## all static checks
	@tests/packages install build lint
	@$(MAKE) $(LINTS)
lint-format:
	$(call say,LINT,clang-format)clang-format --dry-run -Werror $(SOURCES) $(HEADERS) \
		$(wildcard tests/*/*.c tests/*/*.h)
lint-clang: # the other compiler has nothing to say, either
	@$(MAKE) BUILD='$(BUILD)/clang' CC=clang CFLAGS='-Werror $(CFLAGS)' objects
lint-tidy:
	$(call say,LINT,clang-tidy)printf '%s\n' $(SOURCES) | xargs -P $$(nproc) -n 4 sh -c \
		'clang-tidy --quiet "$$@" -- $(LANGUAGE) $(CLANG_WARNINGS) $(LIBRARY_CFLAGS)' -
lint-cppcheck:
	$(call say,LINT,cppcheck)cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr \
		--enable=warning,performance,portability --library=gnu --suppress=missingIncludeSystem \
		-D_GNU_SOURCE -Isrc $(SOURCES)
lint-shell:
	$(call say,LINT,shellcheck)shellcheck --external-sources $(SCRIPTS)
check-layers: ## includes go one way: base, trace, scenario, actor, director, judge, report, commands
	$(call say,CHECK,layers)tests/check-layers
check-headers: ## every header compiles alone
	$(call say,CHECK,headers)for header in $(HEADERS); do \
		$(COMPILE) -Werror -Wno-pedantic -Wno-unused-function -fsyntax-only -x c $$header || \
			exit 1; done

.PHONY: aarch64
AARCH64 ?= aarch64-linux-gnu-gcc
aarch64: ## compile everything for aarch64, as a check (objects only)
	@command -v $(AARCH64) >/dev/null || { echo 'make aarch64: no $(AARCH64) here' >&2; exit 1; }
	@$(MAKE) BUILD='$(BUILD)/aarch64' CC=$(AARCH64) CFLAGS='-Werror $(CFLAGS)' objects
.PHONY: objects
objects: $(OBJECTS)

# Each fuzzer runs FUZZ_SECONDS, beginning with the files below the folders that
# tests/fuzz/NAME.corpus lists; findings land in build/fuzz.
.PHONY: fuzz
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
fuzz: ## run the fuzzers, FUZZ_SECONDS=60 each
	@command -v clang >/dev/null || { echo 'make fuzz: needs clang' >&2; exit 1; }
	@mkdir -p $(BUILD)/fuzz
	$(Q)for name in $(FUZZERS); do echo "  FUZZ  $$name"; mkdir -p $(BUILD)/fuzz/$$name; \
		clang $(LANGUAGE) -g $(FUZZ_FLAGS) $(CLANG_WARNINGS) $(LIBRARY_CFLAGS) \
			-o $(BUILD)/fuzz/$$name.run tests/fuzz/$$name.c $(filter-out src/main.c src/commands/%,$(SOURCES)) \
			$(LIBRARY_LIBS) && \
		$(BUILD)/fuzz/$$name.run -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
			-artifact_prefix=$(BUILD)/fuzz/$$name- $(BUILD)/fuzz/$$name \
			$$(for d in $$(cat tests/fuzz/$$name.corpus); do [ ! -d $$d ] || echo $$d; done) || \
		exit 1; done

.PHONY: help
help: ## show this list
	@sed -nE 's/^([a-z0-9-]+):[^#]*## (.*)/\1\t\2/p' Makefile | while IFS="$$(printf '\t')" read -r t h; \
		do printf '  make %-14s %s\n' "$$t" "$$h"; done
