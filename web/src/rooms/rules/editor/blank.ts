// A new model: an empty table for who is entitled, and an amount that reads it. Everything else is the
// author's.
import { dmn_13 } from './prepare'

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

export function blank_model(id: string, name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="${dmn_13.model}" id="${escape(id)}" name="${escape(name)}" namespace="https://citybrain.example/decisions/${escape(id)}">
  <decision id="d_entitled" name="资格">
    <variable id="v_entitled" name="资格" typeRef="boolean"/>
    <decisionTable id="t_entitled" hitPolicy="FIRST">
      <output id="o_entitled" name="资格" typeRef="boolean"/>
    </decisionTable>
  </decision>
  <decision id="d_amount" name="金额">
    <variable id="v_amount" name="金额" typeRef="number"/>
    <informationRequirement id="r_amount"><requiredDecision href="#d_entitled"/></informationRequirement>
    <literalExpression id="e_amount" typeRef="number"><text>if 资格 then 0 else 0</text></literalExpression>
  </decision>
</definitions>
`
}

export const id_pattern = '[a-z][a-z0-9_\\-]{2,63}'
