// Four pages in one package, no server-side rendering: each entry loads only what it needs, so a citizen's
// phone never fetches charts. The demo logins come from city/accounts.csv at build time, so that they are
// written down once.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import vue from '@vitejs/plugin-vue'
import { parse_csv } from './tools/csv.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

// `import accounts from 'virtual:demo-accounts'`: login, kind, name and roles of each demo account.
function demo_accounts() {
  const id = 'virtual:demo-accounts'
  const file = here('../city/accounts.csv')
  return {
    name: 'demo-accounts',
    resolveId: (source) => (source === id ? '\0' + id : null),
    load(loaded) {
      if (loaded !== '\0' + id) return null
      const rows = existsSync(file) ? parse_csv(readFileSync(file, 'utf8')) : []
      const shown = rows.map(({ login, kind, name, roles }) => ({ login, kind, name, roles }))
      return `export default ${JSON.stringify(shown)}`
    },
  }
}

export default defineConfig({
  root: here('.'),
  plugins: [vue(), demo_accounts()],
  resolve: {
    alias: {
      '@base': here('src/base'),
      '@rooms': here('src/rooms'),
      '@camunda/feel-builtins': here('src/rooms/rules/editor/no_builtins.ts'),
    },
  },
  build: {
    target: 'es2022',
    manifest: true,
    cssMinify: true,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      // Few files, because each is a round trip on a phone: the framework, what every page shares, and what the
      // phone's first page shares with the console.
      output: {
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules[\\/](@vue|vue)[\\/]/, priority: 3 },
            { name: 'base', test: /src[\\/]base[\\/](?!components[\\/](BarList|JsonView|SparkLine|KeyFigure|TabBar))|plugin-vue|vite[\\/]/, priority: 2 },
            { name: 'benefit', test: /rooms[\\/]benefit[\\/](words|api|plain_reason|ReasonList|EntitlementCard)|rooms[\\/]guard[\\/](LoginForm|words)|demo-accounts/, priority: 1 },
          ],
        },
      },
      input: {
        index: here('index.html'),
        console: here('console.html'),
        m: here('m.html'),
        cockpit: here('cockpit.html'),
      },
    },
  },
  server: { proxy: { '/api': process.env.CITYBRAIN_URL ?? 'http://127.0.0.1:8099' } },
  test: { include: ['src/**/*.test.ts'] },
})
