import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import '@base/base.css'
import '@base/page.css'
import { add_words } from '@base/i18n'
import { base_words } from '@base/words'
import { load_session } from '@base/session'
import EntitlementsPage from '@rooms/benefit/EntitlementsPage.vue'
import { benefit_words } from '@rooms/benefit/words'
import { guard_words } from '@rooms/guard/words'
import App from './App.vue'

add_words(base_words, benefit_words, guard_words)

const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [
    { path: '/', component: EntitlementsPage, meta: { title: 'benefit.what_i_get' } },
    { path: '/money', component: () => import('@rooms/benefit/MoneyPage.vue'), meta: { title: 'benefit.where_money' } },
    { path: '/decisions', component: () => import('@rooms/benefit/DecisionsPage.vue'), meta: { title: 'benefit.my_decisions' } },
    { path: '/decisions/:id', component: () => import('@rooms/benefit/MyDecisionPage.vue'), props: true, meta: { title: 'benefit.decision' } },
    { path: '/me', component: () => import('./AccountPage.vue'), meta: { title: 'benefit.tab_me' } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

// The session is asked for before these scripts come (m-early.js): waiting a moment for it saves drawing the page
// twice on a slow phone.
const moment_ms = 300
const known = load_session().catch(() => undefined) // the frame asks again and says what is wrong
void Promise.race([known, new Promise((done) => setTimeout(done, moment_ms))]).then(() => createApp(App).use(router).mount('#app'))
