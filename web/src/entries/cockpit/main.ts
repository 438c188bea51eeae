import { createApp, h } from 'vue'
createApp({ render: () => h('main', 'cockpit') }).mount('#app')
