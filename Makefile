# procenario: see `make help`.
CC ?= gcc
BUILD ?= build
PROJECT_CFLAGS = -std=gnu17 -D_GNU_SOURCE -Isrc -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion
SOURCES := $(sort $(wildcard src/*.c src/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o)
LIBS = -lyaml -ljansson -lpcre2-8 -lutf8proc

all: $(BUILD)/procenario
$(BUILD)/procenario: $(OBJECTS)
	@echo LD $@; $(CC) $(LDFLAGS) -o $@ $(OBJECTS) $(LIBS) $(LDLIBS)
$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D); echo CC $<; $(CC) $(PROJECT_CFLAGS) -MMD -MP $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
-include $(OBJECTS:.o=.d)
clean:
	rm -rf $(BUILD)
.PHONY: all clean
