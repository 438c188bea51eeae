import { createApp } from 'vue'
import '@base/base.css'
import { add_words } from '@base/i18n'
import { base_words } from '@base/words'
import App from './App.vue'
import { index_words } from './words'

add_words(base_words, index_words)
createApp(App).mount('#app')
