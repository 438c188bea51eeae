import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import '@base/base.css'
import '@base/page.css'
import { add_words } from '@base/i18n'
import { base_words } from '@base/words'
import { benefit_words } from '@rooms/benefit/words'
import { catalog_words } from '@rooms/catalog/words'
import { guard_words } from '@rooms/guard/words'
import { rail_words } from '@rooms/rail/words'
import { rules_words } from '@rooms/rules/words'
import App from './App.vue'
import NotFound from './NotFound.vue'
import { console_words } from './words'

add_words(base_words, benefit_words, catalog_words, guard_words, rail_words, rules_words, console_words)

// The editor is heavy and comes with words of its own: neither is fetched before it is opened.
async function editor_page() {
  const [page, { editor_words }] = await Promise.all([import('@rooms/rules/EditorPage.vue'), import('@rooms/rules/editor/words')])
  add_words(editor_words)
  return page
}

const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [
    { path: '/', redirect: '/resources' },
    { path: '/resources', meta: { title: 'catalog.resources' }, component: () => import('@rooms/catalog/ResourcesPage.vue') },
    { path: '/resources/:code', meta: { title: 'catalog.resources' }, component: () => import('@rooms/catalog/ResourcePage.vue') },
    { path: '/sources', meta: { title: 'rail.sources' }, component: () => import('@rooms/rail/SourcesPage.vue') },
    { path: '/sources/new', meta: { title: 'rail.connect' }, component: () => import('@rooms/rail/ConnectPage.vue') },
    { path: '/sources/:name', meta: { title: 'rail.sources' }, component: () => import('@rooms/rail/CapturePage.vue') },
    { path: '/quarantine', meta: { title: 'rail.quarantine' }, component: () => import('@rooms/rail/QuarantinePage.vue') },
    { path: '/work-orders', meta: { title: 'rail.orders' }, component: () => import('@rooms/rail/WorkOrdersPage.vue') },
    { path: '/rows', meta: { title: 'rail.where_is' }, component: () => import('@rooms/rail/WhereaboutsPage.vue') },
    { path: '/catalog-import', meta: { title: 'catalog.import' }, component: () => import('@rooms/catalog/ImportPage.vue') },
    { path: '/board', meta: { title: 'catalog.board' }, component: () => import('@rooms/catalog/BoardPage.vue') },
    { path: '/demands/:id', meta: { title: 'catalog.demand' }, component: () => import('@rooms/catalog/DemandPage.vue') },
    { path: '/returns/:id', meta: { title: 'catalog.returns' }, component: () => import('@rooms/catalog/ReturnPage.vue') },
    { path: '/duties/:code', meta: { title: 'catalog.duty' }, component: () => import('@rooms/catalog/DutyPage.vue') },
    { path: '/models', meta: { title: 'rules.models' }, component: () => import('@rooms/rules/ModelsPage.vue') },
    { path: '/models/new', meta: { title: 'rules.new_model' }, component: editor_page },
    { path: '/models/:id/:version/edit', meta: { title: 'rules.models' }, component: editor_page },
    { path: '/models/:id/:version', meta: { title: 'rules.models' }, component: () => import('@rooms/rules/ModelPage.vue') },
    { path: '/policies', meta: { title: 'benefit.policies' }, component: () => import('@rooms/benefit/PoliciesPage.vue') },
    { path: '/policies/:code', meta: { title: 'benefit.policies' }, component: () => import('@rooms/benefit/PolicyPage.vue') },
    { path: '/lines', meta: { title: 'benefit.lines' }, component: () => import('@rooms/benefit/LinesPage.vue') },
    { path: '/claims', meta: { title: 'benefit.claims' }, component: () => import('@rooms/benefit/ClaimsPage.vue') },
    { path: '/payments', meta: { title: 'benefit.payments' }, component: () => import('@rooms/benefit/PaymentsPage.vue') },
    { path: '/decisions/:id', props: true, meta: { title: 'benefit.decision' }, component: () => import('@rooms/benefit/DecisionPage.vue') },
    { path: '/audit', meta: { title: 'guard.audit' }, component: () => import('@rooms/guard/AuditPage.vue') },
    { path: '/:rest(.*)*', meta: { title: 'console.not_found' }, component: NotFound },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

createApp(App).use(router).mount('#app')
