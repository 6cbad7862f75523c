import ArgumentParser
struct Stream: ParsableCommand { func run() throws {} }
