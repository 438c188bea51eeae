// dmn-js ships no types; this is what the editor uses of it.
declare module 'dmn-js/lib/Modeler' {
  export interface Moddle {
    $type: string
    $parent?: Moddle
    $model?: unknown
    id: string
    name?: string
    get(name: string): any
    set(name: string, value: unknown): void
    [name: string]: any
  }
  export interface View {
    id: string
    name?: string
    type: 'drd' | 'decisionTable' | 'literalExpression' | 'boxedExpression'
    element: Moddle
  }
  export interface Viewer {
    on(event: string, listener: (event: any) => void): void
    get(service: string, strict?: boolean): any
  }
  export default class Modeler {
    constructor(options: Record<string, unknown>)
    importXML(xml: string, options?: { open: boolean }): Promise<{ warnings: unknown[] }>
    saveXML(options?: { format?: boolean }): Promise<{ xml: string }>
    getViews(): View[]
    getActiveView(): View | undefined
    getActiveViewer(): Viewer | undefined
    getDefinitions(): Moddle
    open(view: View): Promise<unknown>
    on(event: string, listener: (event: any) => void): void
    destroy(): void
  }
}
