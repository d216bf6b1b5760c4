// Command keychain prints the login that go-containerregistry finds for each image in the docker config of $DOCKER_CONFIG.
package main

import (
	"encoding/json"
	"os"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

func main() {
	logins := [][2]string{}
	for _, image := range os.Args[1:] {
		reference, err := name.ParseReference(image)
		if err != nil {
			panic(err)
		}
		found, err := authn.DefaultKeychain.Resolve(reference.Context())
		if err != nil {
			panic(err)
		}
		login, err := found.Authorization()
		if err != nil {
			panic(err)
		}
		logins = append(logins, [2]string{login.Username, login.Password})
	}
	if err := json.NewEncoder(os.Stdout).Encode(logins); err != nil {
		panic(err)
	}
}
