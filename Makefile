# Vestibule. `make help` lists what there is.
#
#   BUILD=build            where everything made goes
#   STORES="sqlite"        the stores to build in, of: sqlite redis postgres (default: all; the tests need all)
#   SANITIZE=address,undefined | thread      COVERAGE=1      WERROR=1 (what developers and CI use)
#   DESTDIR= PREFIX=/usr/local STRIP=-s      for install; STRIP= keeps the symbols

comma    := ,
BUILD    ?= build
PREFIX   ?= /usr/local
STRIP    ?= -s
VERSION  := $(shell cat VERSION)

CXX      ?= g++
CXXSTD   := -std=c++20
OPTIMISE ?= -O2
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
HARDEN   := -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fno-plt
ifneq ($(WERROR),)
WARNINGS += -Werror
endif
ifneq ($(SANITIZE),)
override BUILD := $(BUILD)-$(subst $(comma),-,$(SANITIZE))
OPTIMISE := -O1
HARDEN   := -fPIE -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
LDFLAGS  += -fsanitize=$(SANITIZE)
ifeq ($(findstring clang,$(CXX)),)
WARNINGS += -Wno-maybe-uninitialized  # g++ 12 finds it in <regex>, instrumented
endif
endif
ifneq ($(filter fuzzer,$(subst $(comma), ,$(SANITIZE))),)
CPPFLAGS += -DVESTIBULE_LIBFUZZER -D_GLIBCXX_ASSERTIONS
HARDEN   += -fsanitize-ignorelist=tests/fuzz/sanitizer_ignorelist.txt
endif
ifneq ($(COVERAGE),)
override BUILD := $(BUILD)-coverage
OPTIMISE := -O0
HARDEN   := -fPIE --coverage
LDFLAGS  += --coverage
endif

CPPFLAGS += -I. -Ishared -DRAPIDJSON_HAS_STDSTRING=1 -DVESTIBULE_VERSION='"$(VERSION)"'
CXXFLAGS += $(CXXSTD) $(OPTIMISE) -g1 -ffunction-sections -fdata-sections $(WARNINGS) $(HARDEN) -pthread
LDFLAGS  += -pie -Wl,--as-needed -Wl,-z,relro,-z,now -pthread
LIBRARIES := -lfcgi -lcurl -lssl -lcrypto

# A store is a folder of shared/adapters/, its block in shared/world/open_store.cpp and what it links; postgres links
# nothing, it loads its library when it is used.
ALL_STORES       := sqlite redis postgres
LIBRARIES_sqlite := -lsqlite3
LIBRARIES_redis  := -lhiredis
STORES           ?= $(ALL_STORES)
ifneq ($(filter-out $(ALL_STORES),$(STORES)),)
$(error no such store: $(filter-out $(ALL_STORES),$(STORES)); there are: $(ALL_STORES))
endif
ifeq ($(strip $(STORES)),)
$(error STORES is empty; there are: $(ALL_STORES))
endif
STORES_LEFT_OUT  := $(filter-out $(STORES),$(ALL_STORES))
LIBRARIES        += $(foreach store,$(STORES),$(LIBRARIES_$(store)))

FUNCTIONS := $(notdir $(patsubst %/,%,$(dir $(wildcard functions/*/main.cpp))))
BINARIES  := $(FUNCTIONS:%=$(BUILD)/bin/%)

objects = $(patsubst %.cpp,$(BUILD)/obj/%.o,$(1))
SHARED_SOURCES   := $(filter-out $(STORES_LEFT_OUT:%=shared/adapters/%/%),$(shell find shared -name '*.cpp' | sort))
HANDLER_SOURCES  := $(filter-out %/main.cpp,$(shell find functions -name '*.cpp' | sort))
SUPPORT_SOURCES  := $(shell find tests/support -name '*.cpp' 2>/dev/null | sort)
# One test program a folder that holds *_test.cpp files. Without libFuzzer a fuzz target is a test: it replays its corpus.
FUZZ_SOURCES     := $(sort $(wildcard tests/fuzz/*_fuzzer.cpp))
TEST_SOURCES     := $(shell find tests -name '*_test.cpp' -not -path 'tests/e2e/*' | sort) $(FUZZ_SOURCES)
TEST_FOLDERS     := $(sort $(patsubst %/,%,$(dir $(TEST_SOURCES))))
TEST_PROGRAMS    := $(TEST_FOLDERS:%=$(BUILD)/%/run)
# Plain programs that a test starts: several processes, threads under a sanitizer.
HELPER_SOURCES   := $(shell find tests -name '*_program.cpp' -not -path 'tests/e2e/*' -not -path 'tests/support/*' | sort)
HELPER_PROGRAMS  := $(patsubst %.cpp,$(BUILD)/%,$(HELPER_SOURCES))

LIBRARY  := $(BUILD)/libvestibule.a
HANDLERS := $(BUILD)/libhandlers.a
SUPPORT  := $(BUILD)/libsupport.a

.DEFAULT_GOAL := all
.PHONY: all help install test test-programs test-e2e storm faults soak rows conformance tests-build check check-format check-tidy check-cppcheck \
        check-sanitize fuzz fuzzers clean
.DELETE_ON_ERROR:

all: $(BINARIES)  ## build every function into build/bin/ (the default)

help:  ## this list
	@echo "make targets:"; \
	sed -nE 's/^([a-z][a-z0-9-]*):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# Criterion's macros convert and cast in ways the rest of the house does not allow itself.
$(BUILD)/obj/tests/%.o: CXXFLAGS += -Wno-conversion -Wno-old-style-cast -Wno-pedantic -O1

$(BUILD)/obj/%.o: %.cpp Makefile VERSION
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c $< -o $@

# The stores of the last make: what depends on them is made again when they change.
$(shell mkdir -p $(BUILD); [ "$$(cat $(BUILD)/stores 2>/dev/null)" = "$(STORES)" ] || echo "$(STORES)" > $(BUILD)/stores)
STORE_FLAGS := $(patsubst %,-DVESTIBULE_STORE_%,$(shell echo $(STORES) | tr a-z A-Z))
$(BUILD)/obj/shared/world/open_store.o: CPPFLAGS += $(STORE_FLAGS)
$(BUILD)/obj/shared/world/open_store.o $(LIBRARY): $(BUILD)/stores

# The migrations are embedded by the assembler, which tells the compiler's -MMD nothing.
$(BUILD)/obj/shared/adapters/sqlite/sqlite_schema.o: $(wildcard schema/sqlite/*.sql)
$(BUILD)/obj/shared/adapters/postgres/postgres_schema.o: $(wildcard schema/postgres/*.sql)
$(BUILD)/obj/shared/adapters/redis/redis_scripts.o: $(wildcard schema/redis/*.lua)

$(LIBRARY): $(call objects,$(SHARED_SOURCES))
$(HANDLERS): $(call objects,$(HANDLER_SOURCES))
$(SUPPORT): $(call objects,$(SUPPORT_SOURCES))
$(LIBRARY) $(HANDLERS) $(SUPPORT):
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $(filter %.o,$^)

$(BINARIES): $(BUILD)/bin/%: $(BUILD)/obj/functions/%/main.o $(HANDLERS) $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -Wl,--gc-sections $^ $(LIBRARY) $(LIBRARIES) -o $@

# Tests are linked without --gc-sections, which would drop Criterion's list of them.
# A folder's program holds its own files only, not those of folders below it.
folder_sources = $(foreach source,$(TEST_SOURCES),$(if $(filter $(1)/,$(dir $(source))),$(source)))
define test_program
$(BUILD)/$(1)/run: $(call objects,$(call folder_sources,$(1))) $(SUPPORT) $(HANDLERS) $(LIBRARY)
	@mkdir -p $$(@D)
	$$(CXX) $$(LDFLAGS) $$^ $$(SUPPORT) $$(LIBRARY) $$(LIBRARIES) -lcriterion -o $$@
endef
$(foreach folder,$(TEST_FOLDERS),$(eval $(call test_program,$(folder))))

$(HELPER_PROGRAMS): $(BUILD)/%: $(BUILD)/obj/%.o $(SUPPORT) $(HANDLERS) $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(SUPPORT) $(LIBRARY) $(LIBRARIES) -o $@

tests-build: $(TEST_PROGRAMS) $(HELPER_PROGRAMS)

test:  ## every test: units, contracts, handlers, architecture, and end to end
	$(MAKE) test-programs
	$(MAKE) test-e2e

test-programs: $(TEST_PROGRAMS) $(HELPER_PROGRAMS) all  ## all but the end-to-end tests
	BUILD=$(BUILD) tests/with_stores tests/run_programs $(TEST_PROGRAMS)

# The same programs as in `make test`, which do a part of it.
faults: $(BUILD)/tests/faults/run $(BUILD)/tests/races/run  ## kill -9 in every system call, thousands of races, on every store (15 minutes)
	VESTIBULE_THOROUGH=1 TEST_TIMEOUT=3600 tests/with_stores tests/run_programs $^

# On one core: which one wakes which decides more than the table does.
ROWS ?= 1000000
OF   ?= $(ALL_STORES)
rows: $(BUILD)/tests/rows/rows_program  ## lookup and purge in stores with a million sessions, against the limits (ROWS=, OF="sqlite redis"; minutes)
	taskset -c 0 tests/with_stores $< $(ROWS) $(OF)

test-e2e: all  ## real web server, real provider, real browser (infra/bootstrap test installs them)
	BUILD=$(BUILD) tests/e2e/run

storm: all  ## expired sessions by the hundred on every store; minutes (settings: tests/e2e/storms.mjs)
	tests/with_stores node tests/e2e/storms.mjs

STORE ?= sqlite
soak: all  ## ordinary use while everything goes wrong: STORE=sqlite|postgres|redis TIME=20m (5m unless told); ends with tables
	SOAK_STORE=$(STORE) SOAK_TIME=$(TIME) tests/with_stores node tests/e2e/soak.mjs

# Any room may carry ids of the requirements; the fuzz targets carry none.
CONFORMANCE := $(filter-out $(BUILD)/tests/fuzz/run,$(TEST_PROGRAMS))
conformance: $(CONFORMANCE) $(HELPER_PROGRAMS) all  ## every requirement with its tests, after running them (not end to end)
	BUILD=$(BUILD) tests/with_stores tests/run_programs $(CONFORMANCE)
	$(BUILD)/tests/conformance/list_program

install: all  ## executables to PREFIX/libexec/vestibule, schemas to PREFIX/share/vestibule (DESTDIR= works)
	install -d $(DESTDIR)$(PREFIX)/libexec/vestibule $(DESTDIR)$(PREFIX)/share/vestibule
	install -m 0755 $(STRIP) $(BINARIES) $(DESTDIR)$(PREFIX)/libexec/vestibule/
	cp -R schema/. $(DESTDIR)$(PREFIX)/share/vestibule/

check: test check-format check-tidy check-cppcheck check-sanitize  ## what CI runs: tests, formats, lints, sanitizers

FORMATTED := $(shell find shared functions tests -name '*.cpp' -o -name '*.h' | grep -v node_modules | sort)
check-format:  ## every C++ file is formatted as .clang-format says
	@echo "clang-format: $(words $(FORMATTED)) files"
	@clang-format --dry-run --Werror $(FORMATTED)

LINTED := $(SHARED_SOURCES) $(HANDLER_SOURCES) $(FUNCTIONS:%=functions/%/main.cpp)
check-tidy: $(BUILD)/compile_flags.txt  ## clang-tidy over everything that ships
	@echo "clang-tidy: $(words $(LINTED)) files"
	@printf '%s\n' $(LINTED) | xargs -P $$(nproc) -n 4 clang-tidy --quiet -p $(BUILD) 2>/dev/null

$(BUILD)/compile_flags.txt: Makefile VERSION
	@mkdir -p $(@D)
	@printf '%s\n' -I$(CURDIR) -I$(CURDIR)/shared $(filter-out -I%,$(CPPFLAGS)) $(STORE_FLAGS) $(CXXSTD) > $@

check-cppcheck:  ## cppcheck over everything that ships
	cppcheck --quiet --std=c++20 --language=c++ --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppressions-list=.cppcheck-suppressions -j $$(nproc) $(CPPFLAGS) shared functions

check-sanitize:  ## the test programs once more under AddressSanitizer and UndefinedBehaviorSanitizer
	$(MAKE) SANITIZE=address,undefined test-programs

# One libFuzzer program a target; built as `make fuzz` says.
FUZZERS := $(FUZZ_SOURCES:%.cpp=$(BUILD)/%)
$(FUZZERS): $(BUILD)/%: $(BUILD)/obj/%.o $(SUPPORT) $(HANDLERS) $(LIBRARY)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(SUPPORT) $(LIBRARY) $(LIBRARIES) -o $@
fuzzers: $(FUZZERS)

fuzz:  ## every parser of outside input under libFuzzer: TIME=60 seconds each, or RUNS=; TARGETS="json url" (needs clang)
	$(MAKE) CXX=clang++ SANITIZE=fuzzer,address,undefined fuzzers
	PROGRAMS=$(BUILD)-fuzzer-address-undefined/tests/fuzz FINDINGS=$(BUILD)/fuzz tests/fuzz/run $(TARGETS)

clean:  ## remove what was built
	rm -rf $(BUILD) build-*

ALL_OBJECTS := $(call objects,$(SHARED_SOURCES) $(HANDLER_SOURCES) $(SUPPORT_SOURCES) $(TEST_SOURCES) $(HELPER_SOURCES) $(FUNCTIONS:%=functions/%/main.cpp))
-include $(ALL_OBJECTS:.o=.d)
