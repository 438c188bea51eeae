import type { Words } from '@base/i18n'

export const console_words: Words = {
  'console.title': ['控制台', 'Console'],
  'console.lead': ['部门工作人员登录', 'For staff of the departments'],
  'console.group_data': ['数据', 'Data'],
  'console.group_rules': ['规则与政策', 'Rules and policies'],
  'console.group_money': ['资金', 'Money'],
  'console.group_guard': ['守护', 'Guard'],
  'console.cockpit': ['驾驶舱', 'Cockpit'],
  'console.not_staff': ['当前账号不是工作人员，请到手机端办理', 'This account is not staff; please use the pages for firms and citizens'],
  'console.to_m': ['打开甬易办', 'Open the benefits pages'],
  'console.not_found': ['没有这一页', 'No such page'],
}
