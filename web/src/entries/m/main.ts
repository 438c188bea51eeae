import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import '@base/base.css'
import '@base/page.css'
import { add_words } from '@base/i18n'
import { base_words } from '@base/words'
import DecisionsPage from '@rooms/benefit/DecisionsPage.vue'
import EntitlementsPage from '@rooms/benefit/EntitlementsPage.vue'
import MoneyPage from '@rooms/benefit/MoneyPage.vue'
import MyDecisionPage from '@rooms/benefit/MyDecisionPage.vue'
import { benefit_words } from '@rooms/benefit/words'
import { guard_words } from '@rooms/guard/words'
import App from './App.vue'
import AccountPage from './AccountPage.vue'

add_words(base_words, benefit_words, guard_words)

const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [
    { path: '/', component: EntitlementsPage, meta: { title: 'benefit.what_i_get' } },
    { path: '/money', component: MoneyPage, meta: { title: 'benefit.where_money' } },
    { path: '/decisions', component: DecisionsPage, meta: { title: 'benefit.my_decisions' } },
    { path: '/decisions/:id', component: MyDecisionPage, props: true, meta: { title: 'benefit.decision' } },
    { path: '/me', component: AccountPage, meta: { title: 'benefit.tab_me' } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

createApp(App).use(router).mount('#app')
