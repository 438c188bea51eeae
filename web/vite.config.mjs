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
