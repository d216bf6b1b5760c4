// Command pulumi-resource-kubernetes serves the Kubernetes provider of the module pinned in go.mod.
// The module's own main package embeds files that are generated only in its repository; the bootstrap lays the
// module's schema files beside this one before it builds.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var mapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, mapping)
}
