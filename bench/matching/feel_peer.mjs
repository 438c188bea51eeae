// Rule c of bench feel by npm feelin: through its public interface, which parses each time, and by
// its internals with the closures kept, which it does not offer. Prints both, evaluations a second.
// usage: node feel_peer.mjs "RULE"
import { readFileSync, writeFileSync, unlinkSync } from 'node:fs';
import { evaluate } from 'feelin';

const rule = process.argv[2];
const context_by = (evaluate) => ({
  reg_date: evaluate('date("2016-07-18")').value, last_tax: evaluate('date("2019-07-23")').value,
  industry: 'C39', district: '330212', employees: 120, revenue: 52000000, scale: 'medium', tax: 81000,
  blacklisted: false, grade: 'A', kind: 'limited',
});

// The median of five runs.
function rate(rounds, run) {
  const rates = [];
  for (let i = 0; i < 5; ++i) {
    const start = process.cpuUsage();
    for (let k = 0; k < rounds; ++k) {
      if (run() !== true) throw new Error('the rule does not hold');
    }
    const spent = process.cpuUsage(start);
    rates.push(rounds / ((spent.user + spent.system) / 1e6));
  }
  return rates.sort((a, b) => a - b)[2];
}

const source = new URL('./node_modules/feelin/dist/index.js', import.meta.url);
const opened = new URL('./node_modules/feelin/dist/opened.mjs', import.meta.url);
writeFileSync(opened, readFileSync(source, 'utf8') + '\nexport { interpreter, InterpreterContext, coerceContext };\n');
try {
  const inner = await import(opened);
  const coerced = inner.coerceContext(context_by(inner.evaluate));
  const context = context_by(evaluate);
  const { root } = inner.interpreter.evaluate(rule, coerced, undefined, new inner.InterpreterContext());
  console.log(JSON.stringify({
    public: rate(400, () => evaluate(rule, context).value),
    once: rate(10000, () => root(coerced)),
  }));
} finally {
  unlinkSync(opened);
}
