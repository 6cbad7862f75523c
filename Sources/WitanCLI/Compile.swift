import ArgumentParser
struct Compile: ParsableCommand { func run() throws {} }
