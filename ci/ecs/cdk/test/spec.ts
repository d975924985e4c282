// Properties of a template that CloudFormation's own description of its resources does not know, or knows otherwise.
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';

/** A reference, a join ...: its value is known at the deployment. */
function isIntrinsic(value: unknown): boolean {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]!.startsWith('Fn::'));
}

export class Spec {
  private readonly db: SpecDatabase = loadAwsServiceSpecSync();

  offences(template: { Resources: Record<string, { Type: string; Properties?: object }> }): string[] {
    return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
      const found = this.db.lookup('resource', 'cloudFormationType', 'equals', Type);
      return found.length === 1
        ? this.members(`${id} (${Type})`, Properties ?? {}, found.only().properties)
        : [`${id}: there is no resource ${Type}`];
    });
  }

  private members(where: string, given: object, known: Record<string, { type: PropertyType; required?: boolean }>) {
    const missing = Object.entries(known)
      .filter(([name, { required }]) => required && !(name in given))
      .map(([name]) => `${where} lacks ${name}`);
    return Object.entries(given).reduce((offences, [name, value]) => {
      const property = known[name];
      return offences.concat(property
        ? this.value(`${where}.${name}`, value, property.type)
        : [`${where} has no property ${name}`]);
    }, missing);
  }

  private value(where: string, value: unknown, type: PropertyType): string[] {
    if (isIntrinsic(value)) return [];
    const wrong = [`${where} is ${JSON.stringify(value)}, a ${type.type} is expected`];
    switch (type.type) {
      case 'union': {
        const each = type.types.map((one) => this.value(where, value, one));
        return each.some((offences) => offences.length === 0) ? [] : each.flat();
      }
      case 'array':
        return Array.isArray(value)
          ? value.flatMap((one, at) => this.value(`${where}[${at}]`, one, type.element))
          : wrong;
      case 'map':
        return typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.entries(value).flatMap(([key, one]) => this.value(`${where}.${key}`, one, type.element))
          : wrong;
      case 'ref':
        return typeof value === 'object' && value !== null && !Array.isArray(value)
          ? this.members(where, value, this.db.get('typeDefinition', type.reference.$ref).properties)
          : wrong;
      case 'string': {
        const known = 'allowedValues' in type ? type.allowedValues : undefined;
        if (known && !known.includes(String(value))) return [`${where} is ${value}, none of ${known.join(', ')}`];
        return typeof value === 'string' ? [] : wrong;
      }
      case 'integer':
        return Number.isInteger(value) ? [] : wrong;
      case 'number':
        return typeof value === 'number' ? [] : wrong;
      case 'boolean':
        return typeof value === 'boolean' ? [] : wrong;
      default: // Any JSON, tags, times.
        return [];
    }
  }
}
