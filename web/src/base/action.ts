// One write at a time from a page: busy while it runs, then the server's answer or its refusal in words.
import { ref } from 'vue'
import { error_words } from './api'

export function use_action() {
  const busy = ref(false)
  const done = ref('')
  const failed = ref('')
  async function run(work: () => Promise<string>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    done.value = ''
    failed.value = ''
    try {
      done.value = await work()
      return true
    } catch (cause) {
      failed.value = error_words(cause)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, done, failed, run }
}
