declare module 'virtual:demo-accounts' {
  const accounts: { login: string; kind: string; name: string; roles: string }[]
  export default accounts
}
