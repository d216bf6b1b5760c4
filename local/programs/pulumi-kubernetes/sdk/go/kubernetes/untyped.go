// Package kubernetes has the type of the SDK that the provider passes to RegisterResource.
//
// This module stands in for the whole SDK, of which the provider uses a few names only, in its component resources for
// YAML and Helm: the types of all kinds would take a quarter of the time that the build of all programs takes.
package kubernetes

import "reflect"

// UntypedArgs are the fields of an object.
type UntypedArgs map[string]any

// ElementType makes the fields an input of Pulumi.
func (UntypedArgs) ElementType() reflect.Type {
	return reflect.TypeFor[map[string]any]()
}
