import { createApp, h } from 'vue'
createApp({ render: () => h('main', 'm') }).mount('#app')
