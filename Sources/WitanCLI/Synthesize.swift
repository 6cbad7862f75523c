import ArgumentParser
struct Synthesize: ParsableCommand { func run() throws {} }
