# Two commands are complete by themselves on a bare machine: make demo, make test.

SWIFT ?= swift
MODEL := .build/demo/baseline.witan
WITAN := .build/release/witan

.PHONY: help demo test build deps lint format bench bench-quick models man library wheel test-library test-engines test-signing \
	install install-library clean

help:
	@echo "make demo     install what is missing, build, compile a constitution, grade a text"
	@echo "make test     install what is missing, build, run every check"
	@echo "make build    the command $(WITAN)"
	@echo "make bench DATA=DIR        all benchmarks, beside other tools, into the READMEs (an hour)"
	@echo "make bench-quick DATA=DIR  a part of them in five minutes, printed"
	@echo "make models   recompile models/ (their bytes are reproducible)"
	@echo "make format   format the sources"
	@echo "make library  the C library: .build/library/libwitan.so and libwitan.a"
	@echo "make wheel    the Python package with the library inside: .build/wheel"
	@echo "make test-library  programs in C, C++, Rust and Python against it"
	@echo "make test-engines  llama.cpp and transformers under the guard (builds llama-cpp-python once)"
	@echo "make test-signing  signatures beside the PyPI package model-signing (left out without a network)"
	@echo "make install-library  header, libraries, pkg-config and CMake package to PREFIX"
	@echo "make install  to PREFIX (default /usr/local): command, manual page, completions, C library"

deps:
	@sh scripts/install-dependencies.sh

build: deps
	$(SWIFT) build -c release --product witan

demo: build
	@sh scripts/demo.sh $(WITAN) $(MODEL)

test: deps
	sh scripts/test.sh

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift

format:
	$(SWIFT) format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift

# DATA holds the sets as Benchmarks/README.md says; without it two small ones are made.
bench: deps
	WITAN_DATA="$(or $(DATA),$(WITAN_DATA))" sh Benchmarks/run.sh

bench-quick: deps
	WITAN_DATA="$(or $(DATA),$(WITAN_DATA))" sh Benchmarks/run.sh --quick

models: build
	sh scripts/models.sh $(WITAN)

man: build
	mkdir -p .build/man
	$(SWIFT) package --allow-writing-to-package-directory generate-manual --output-directory .build/man

PREFIX ?= /usr/local
install: man
	install -Dm755 $(WITAN) $(DESTDIR)$(PREFIX)/bin/witan
	install -Dm644 .build/man/witan.1 $(DESTDIR)$(PREFIX)/share/man/man1/witan.1
	mkdir -p $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(WITAN) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/witan
	$(WITAN) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_witan
	$(WITAN) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/witan.fish
	@if sh packaging/build.sh; then sh packaging/install.sh .build/library $(DESTDIR)$(PREFIX); \
	else echo "the C library is not installed"; fi

library:
	sh packaging/build.sh

wheel: library
	sh python/build.sh

test-library: wheel
	sh packaging/test.sh

test-engines: wheel
	sh examples/test.sh

test-signing: build
	python3 scripts/signing_interop.py $(WITAN)

install-library: library
	sh packaging/install.sh .build/library $(DESTDIR)$(PREFIX)

clean:
	rm -rf .build Benchmarks/.build
