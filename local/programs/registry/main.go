// Command registry serves the registry of the module pinned in go.mod, with storage in files and logins by token only.
// The clients of clouds, which the module's own main package adds, take longer to compile than the registry.
package main

import (
	"os"

	"github.com/distribution/distribution/v3/registry"
	_ "github.com/distribution/distribution/v3/registry/auth/token"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
)

func main() {
	if registry.RootCmd.Execute() != nil {
		os.Exit(1)
	}
}
