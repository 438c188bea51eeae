// Takes the place of the list of built-in functions that comes with dmn-js (another engine's, in English): the
// editor completes the functions of our own brain, from its own table (see builtins.ts).
export const camundaBuiltins: never[] = []
