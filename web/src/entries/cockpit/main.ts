import { createApp } from 'vue'
import '@base/base.css'
import { add_words } from '@base/i18n'
import { base_words } from '@base/words'
import { cockpit_words } from '@rooms/cockpit/words'
import { guard_words } from '@rooms/guard/words'
import App from './App.vue'

add_words(base_words, guard_words, cockpit_words)
createApp(App).mount('#app')
